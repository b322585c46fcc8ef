/**
 * The route through the user's undici `Dispatcher`: it dials and upgrades, `ws` implements the protocol.
 *
 * Node's http client accepts any object with `addRequest()` as an agent. This one passes the request to
 * `dispatcher.dispatch()`, and reports the outcome by the three events that `ws` listens to: `upgrade`, `response` and
 * `error`. Neither side documents this, so a test for each supported version of undici pins it.
 *
 * Must not import undici: the user's copy is used, and its callbacks show its version.
 */
import { createHash } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { ClientOptions } from 'ws';
import { ACCEPT_GUID, ConnectionError, type DialRequest, type ResponseHeaders } from '../../../port/index.js';
import { connectionError } from '../../failures/index.js';
import { BROKEN, PROTOCOL_HEADER, spacedList } from '../../handshake/index.js';
import { nextTick } from '../../node/index.js';
import type { Route } from '../route.js';
import { serverName } from '../tls/index.js';
import { explainDispatcher, isHandlerComplaint, outdated } from './dispatcherErrors.js';
import { joinedHeaders } from './joinedHeaders.js';

/** The part of undici's `DispatchController` that is used. */
interface Controller {
  abort(reason: Error): void;
}

type Headers = Record<string, string | string[] | undefined>;

/** undici's `DispatchHandler` since 7.0, and two methods of older ones, by which those are recognized. */
interface Handler {
  onRequestStart(controller: Controller): void;
  onRequestUpgrade(controller: Controller, status: number, headers: Headers, socket: Duplex): void;
  onResponseStart(controller: Controller, status: number, headers: Headers, message?: string): void;
  onResponseData(controller: Controller, chunk: Uint8Array): void;
  onResponseEnd(): void;
  onResponseError(controller: Controller, cause: Error): void;
  onConnect(abort: (reason: Error) => void): void;
  onError(cause: Error): void;
}

interface Dispatcher {
  dispatch(options: object, handler: Handler): boolean;
}

export function dispatcherRoute(request: DialRequest): Route {
  const dial = new Dispatched(request);
  return {
    options: { agent: dial as unknown as NonNullable<ClientOptions['agent']> },
    destroy: () => dial.destroy(),
    explain: explainDispatcher,
  };
}

/** The agent of one dial. */
class Dispatched {
  readonly #dispatcher: Dispatcher;
  readonly #url: URL;
  #controller: Controller | undefined;
  #socket: Duplex | undefined;
  /** An answer that refuses the upgrade, while its body arrives. */
  #refusal: Answer | undefined;
  #ended = false;

  constructor({ dispatcher, url }: DialRequest) {
    this.#dispatcher = dispatcher as Dispatcher;
    this.#url = new URL(url);
  }

  /** What Node's http client calls on an agent. */
  addRequest(request: ClientRequest): void {
    const { protocol, host, hostname, pathname, search } = this.#url;
    const options = {
      origin: `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`,
      // undici takes the name from the Host header, with the trailing dot.
      servername: hostname.endsWith('.') ? serverName(hostname) : undefined,
      path: `${pathname}${search}`,
      method: 'GET',
      headers: endToEnd(request),
      upgrade: 'websocket',
      // Deadlines are the chart's.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    try {
      this.#dispatcher.dispatch(options, this.#handler(request));
    } catch (cause) {
      // undici 6 throws for a handler that lacks the older methods.
      this.#fail(request, isHandlerComplaint(cause) ? outdated() : (cause as Error));
    }
  }

  /**
   * Ends the dispatcher's work for this dial: at once where it has a connection for it, else as soon as it has one. A
   * connection that it is still making belongs to the dispatcher: other requests may wait for it, and the dispatcher's
   * deadlines end it.
   */
  destroy(): void {
    this.#ended = true;
    this.#socket?.destroy();
    this.#refusal?.destroy();
    this.#controller?.abort(ended());
  }

  #handler(request: ClientRequest): Handler {
    return {
      onRequestStart: (controller) => {
        this.#controller = controller;
        if (this.#ended) controller.abort(ended());
      },
      onRequestUpgrade: (_controller, status, headers, socket) => {
        this.#controller = undefined;
        this.#socket = socket;
        // Until ws adds its listener an error without one would end the process.
        socket.on('error', () => {});
        // undici has just removed its `readable` listener. In the next tick Node resumes a stream that has a `data`
        // listener, and would undo a `pause()` of this tick.
        nextTick(() => {
          if (this.#ended) socket.destroy();
          else this.#upgraded(request, status, headers, socket);
        });
      },
      onResponseStart: (_controller, status, headers) => {
        if (this.#ended) return;
        const answer = new Answer(status, joinedHeaders(headers));
        if (status < 200) {
          request.emit('information', answer);
          return;
        }
        this.#refusal = answer;
        request.emit('response', answer);
      },
      onResponseData: (_controller, chunk) => {
        this.#refusal?.push(chunk);
      },
      onResponseEnd: () => {
        this.#refusal?.push(null);
      },
      onResponseError: (_controller, cause) => this.#fail(request, cause),
      // Called by the interceptors of undici 6 and older, which never call the methods above.
      onConnect: (abort) => {
        this.#fail(request, outdated());
        abort(ended());
      },
      onError: (cause) => this.#fail(request, isHandlerComplaint(cause) ? outdated() : cause),
    };
  }

  #upgraded(request: ClientRequest, status: number, headers: Headers, socket: Duplex): void {
    try {
      const joined = joinedHeaders(headers);
      const answer = new Answer(status, status === 200 ? fromHttp2(request, joined, socket) : joined, socket);
      request.emit('upgrade', answer, socket, Buffer.alloc(0));
    } catch (cause) {
      // No caller would catch it.
      socket.destroy();
      request.emit(BROKEN, connectionError(cause, 'server', true));
    }
  }

  #fail(request: ClientRequest, cause: Error): void {
    if (this.#refusal !== undefined) {
      // The answer has arrived: only its body is incomplete.
      this.#refusal.destroy();
      return;
    }
    if (this.#ended) return;
    this.#ended = true;
    // Some dispatchers call back within `dispatch()`, before `ws` listens.
    nextTick(() => request.emit('error', cause));
  }
}

/** The request's headers without those of the hop (RFC 9110 §7.6.1), which undici adds itself. */
function endToEnd(request: ClientRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of request.getHeaderNames()) {
    if (name === 'connection' || name === 'upgrade') continue;
    const value = String(request.getHeader(name));
    headers[name] = name === PROTOCOL_HEADER ? spacedList(value) : value;
  }
  return headers;
}

/**
 * The part of Node's `IncomingMessage` that `ws` and the transport read. Node's own class needs a socket of HTTP/1.1.
 */
class Answer extends Readable {
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
  readonly socket: Duplex | undefined;

  constructor(statusCode: number, headers: ResponseHeaders, socket?: Duplex) {
    super();
    this.statusCode = statusCode;
    this.headers = headers;
    this.socket = socket;
  }

  /** Data is pushed when it arrives. */
  override _read(): void {}
}

/**
 * Over HTTP/2 the handshake is an extended CONNECT (RFC 8441 §5): the status is 200 instead of 101, and there is no
 * Accept. `ws` knows HTTP/1.1 only, so the headers that it checks are added. An HTTP/2 stream has no `bytesRead`, which
 * the heartbeat needs, so it is added, too.
 */
function fromHttp2(request: ClientRequest, headers: ResponseHeaders, stream: Duplex): ResponseHeaders {
  const key = String(request.getHeader('sec-websocket-key'));
  let bytesRead = 0;
  stream.on('data', (chunk: Buffer) => {
    bytesRead += chunk.length;
  });
  Object.defineProperty(stream, 'bytesRead', { get: () => bytesRead });
  return {
    ...headers,
    upgrade: 'websocket',
    'sec-websocket-accept': createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64'),
  };
}

const ended = (): Error => new ConnectionError('The dial has ended');
