/**
 * JSON-RPC 2.0 over a connection that comes back. The fate of a call that gets no answer is known: it was never sent, or
 * it was lost. `jsonRpc.demo.ts` runs it.
 *
 * In a project of your own: npm install recker, and import from 'recker'.
 */
import {
  ReckerWebSocket,
  type Session,
  type TextMessage,
  type WebSocketMessage,
  type WebSocketOptions,
} from '../../src/index.js';

/** The call did not leave the client. It is safe to repeat it. */
export class CallNotSentError extends Error {
  override readonly name = 'CallNotSentError';
}

/** The connection ended between the call and its answer. The server may have executed it. */
export class CallLostError extends Error {
  override readonly name = 'CallLostError';
}

/** The server answered with an error. `cause` is the error object of the answer. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
}

export type CallFunction = (method: string, params?: unknown) => Promise<unknown>;

interface Answer {
  readonly id?: number | null;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Call {
  readonly method: string;
  isSent: boolean;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class JsonRpc {
  readonly socket: ReckerWebSocket;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;

  /** @param prepare makes the first calls of each connection, e.g. a login, before all others */
  constructor(
    url: string,
    prepare: (call: CallFunction) => Promise<unknown>,
    options: WebSocketOptions = {},
  ) {
    this.socket = new ReckerWebSocket(url, {
      reconnect: true,
      ...options,
      prepare: async (session) => void (await prepare((...call) => this.#callFirst(session, ...call))),
    });
    this.socket.on('message', ({ data }) => this.#settle(JSON.parse(String(data))));
    this.socket.on('close', () => this.#lose());
  }

  /** Without a connection, the call waits for the next one. It rejects with one of the errors above. */
  readonly call: CallFunction = (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const call: Call = { method, isSent: false, resolve, reject };
      this.#calls.set(id, call);
      // With `awaitDrain` it would also reject for a message that has left.
      this.socket.sendJSON({ jsonrpc: '2.0', id, method, params }, { awaitDrain: false }).then(
        () => {
          call.isSent = true;
          // Its connection may have ended since.
          if (!['open', 'closing'].includes(this.socket.state)) this.#lose();
        },
        (cause) => {
          this.#calls.delete(id);
          reject(new CallNotSentError(`${method} was not sent`, { cause }));
        },
      );
    });

  async #callFirst(session: Session, method: string, params?: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    session.sendJSON({ jsonrpc: '2.0', id, method, params });
    const isAnswer = (message: WebSocketMessage): message is TextMessage =>
      !message.isBinary && JSON.parse(message.data).id === id;
    return resultOf(JSON.parse((await session.next(isAnswer)).data), method);
  }

  #settle(answer: Answer): void {
    const call = this.#calls.get(answer.id ?? 0);
    if (call === undefined) return;
    this.#calls.delete(answer.id ?? 0);
    try {
      call.resolve(resultOf(answer, call.method));
    } catch (error) {
      call.reject(error as Error);
    }
  }

  /** The connection has ended. Calls that still wait in the client leave on the next one. */
  #lose(): void {
    for (const [id, call] of this.#calls) {
      if (!call.isSent) continue;
      this.#calls.delete(id);
      call.reject(new CallLostError(`The connection ended before the answer to ${call.method}`));
    }
  }
}

function resultOf({ result, error }: Answer, method: string): unknown {
  if (error === undefined) return result;
  throw new CallFailedError(`${method} failed: ${error.message}`, { cause: error });
}
