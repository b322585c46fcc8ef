/**
 * The route through an HTTP proxy, by CONNECT (RFC 9110 §9.3.6), for `ws:` and `wss:`: a proxy that forwards plain
 * requests may drop the Upgrade.
 *
 * Node's http client talks to the proxy, over a socket of this library. The existing libraries do not fit. undici's
 * `ProxyAgent` drops the headers of a refusal, has its own deadlines, cannot end a wait for the proxy, and in 7 repeats a
 * request without end where the proxy closes the connection (https://github.com/nodejs/undici/issues/3897).
 * `https-proxy-agent` buffers the answer to CONNECT without a limit.
 */
import { ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type DialRequest, HandshakeError } from '../../../port/index.js';
import { connectionError } from '../../failures/index.js';
import { readBody } from '../../handshake/index.js';
import { UNSET_REQUEST } from '../../node/index.js';
import { wallTime } from '../../runtime/index.js';
import type { Route } from '../route.js';
import { authority, type Target } from '../target.js';
import { type ChosenProxy, proxyAuthorization } from './proxySelection.js';
import { Replay } from './replay.js';
import { tunnelRoute } from './tunnelRoute.js';

/**
 * The largest size of the headers of a proxy's answer in bytes: Node's default, whatever the process was started
 * with.
 */
const MAX_HEADERS = 16_384;

export function httpProxyRoute(request: DialRequest, proxy: ChosenProxy): Route {
  return tunnelRoute(request, proxy, async (sockets, target) => {
    const plain = await sockets.tcp(proxy, 'proxy');
    const socket =
      proxy.protocol === 'https:' ? await sockets.tls(plain, proxy, proxy.proxyTls, 'proxy') : plain;
    let answer = await ask(socket, connectHeaders(proxy, target), authority(target));
    // The proxy answers: later failures are not those of its address.
    sockets.opened();
    while (isInformational(answer.status)) answer = await nextAnswer(answer.head, socket);
    if (answer.status < 200 || answer.status > 299) throw await refusal(answer, socket, request);
    if (answer.head.length > 0) socket.unshift(answer.head);
    return socket;
  });
}

/** An answer to CONNECT, without its body. */
interface Answer {
  readonly status: number;
  readonly message: IncomingMessage;
  /** What was read after the headers. */
  readonly head: Buffer;
}

/** RFC 9110 §15.2: another answer follows. 101 would end HTTP on this connection, which was not requested. */
const isInformational = (status: number): boolean => status >= 100 && status < 200 && status !== 101;

function connectHeaders(proxy: ChosenProxy, target: Target): Record<string, string> {
  const authorization = proxyAuthorization(proxy);
  return {
    Host: authority(target),
    'Proxy-Connection': 'Keep-Alive',
    ...proxy.headers,
    ...(authorization === undefined ? {} : { 'Proxy-Authorization': authorization }),
  };
}

/** Sends CONNECT, and reads the answer. */
function ask(over: Duplex, headers: Record<string, string>, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = requestOver(over, { method: 'CONNECT', path, headers });
    // Without an agent Node adds `Connection: close`, which contradicts the tunnel.
    request.removeHeader('Connection');
    request.once('connect', (message: IncomingMessage, _tunnel: Duplex, head: Buffer) => {
      resolve({ status: message.statusCode ?? 0, message, head });
    });
    request.on('error', (cause) => reject(connectionError(cause, 'proxy')));
    request.end();
  });
}

/** Reads the answer after an informational one. */
async function nextAnswer(first: Buffer, socket: Socket): Promise<Answer> {
  const replay = new Replay(first, socket);
  const { status, message, head } = await ask(replay, {}, '-');
  return { status, message, head: Buffer.concat([head, replay.release()]) };
}

async function refusal({ status, message, head }: Answer, socket: Socket, { timeLeft }: DialRequest) {
  const receivedAt = wallTime();
  const body = await refusalBody(message, head, socket, timeLeft?.() ?? Number.POSITIVE_INFINITY);
  const { headers } = message;
  return new HandshakeError(`The proxy answered CONNECT with ${status}`, {
    status,
    headers,
    hop: 'proxy',
    body,
    receivedAt,
  });
}

/** The beginning of the body: Node reads the answer again, as that to a GET. */
function refusalBody(
  { statusCode = 0, rawHeaders }: IncomingMessage,
  head: Buffer,
  socket: Socket,
  timeLeft: number,
): Promise<string> {
  // The http client would treat it as an informational answer, or as an upgrade.
  if (statusCode < 200) return Promise.resolve('');
  const lines = [`HTTP/1.1 ${statusCode} -`];
  for (let n = 0; n + 1 < rawHeaders.length; n += 2) lines.push(`${rawHeaders[n]}: ${rawHeaders[n + 1]}`);
  const again = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return new Promise((resolve) => {
    const replay = new Replay(Buffer.concat([again, head]), socket);
    const request = requestOver(replay, { method: 'GET', path: '/' });
    const done = (text: string): void => {
      replay.release();
      request.destroy();
      resolve(text);
    };
    let isAnswered = false;
    request.once('response', (answer) => {
      isAnswered = true;
      readBody(answer, timeLeft, done);
    });
    // E.g. because of bytes after the body, which has been read then.
    request.on('error', () => {
      if (!isAnswered) done('');
    });
    request.end();
  });
}

/**
 * A request over an open stream. Not by `http.request()`: a program may have replaced that, to send all requests
 * through a proxy.
 */
function requestOver(over: Duplex, options: RequestOptions): ClientRequest {
  return new ClientRequest({
    ...UNSET_REQUEST,
    ...UNSET,
    ...options,
    createConnection: () => over,
    maxHeaderSize: MAX_HEADERS,
    setHost: false,
  } as unknown as URL);
}

/** Options that a request over an open stream must not have. `agent` above all: it would provide the socket. */
const UNSET = Object.freeze({
  agent: undefined,
  host: undefined,
  hostname: undefined,
  port: undefined,
  protocol: undefined,
  socketPath: undefined,
  timeout: undefined,
});
