/**
 * How the fault server answers an opening handshake (RFC 6455 §4.2).
 *
 * Owns: what is written on the socket up to and with the 101. Must not know: what happens on a connection
 * afterwards, or how many there are.
 */
import { createHash } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ACCEPT_GUID } from '../port/index.js';

/** How the next handshakes are answered. */
export type HandshakeFault =
  | { readonly kind: 'accept' | 'stall' | 'drop' | 'dropAfterAccept' }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'drip'; readonly everyMs: number }
  | { readonly kind: 'send'; readonly data: readonly (string | Uint8Array)[] }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'forge'; readonly headers: Readonly<Record<string, string>> };

/** What an accepted handshake becomes, as far as answering it needs. */
export interface Accepted {
  send(data: string | Uint8Array, options: { compress: boolean }): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** One handshake to be answered. */
export interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Writes the 101 and makes the connection, at once. */
  upgrade(): Accepted | undefined;
  /** Reports to the server a connection that is ready for use. */
  ready(connection: Accepted): void;
  /** Sets a timer that is stopped with the server. */
  later(ms: number, then: () => void): void;
}

/** Answers one handshake. */
export function answerHandshake(handshake: Handshake, fault: HandshakeFault): void {
  const { request, socket } = handshake;
  switch (fault.kind) {
    case 'accept':
      accept(handshake);
      return;
    case 'late':
      handshake.later(fault.ms, () => accept(handshake));
      return;
    case 'stall':
      awaitEnd(socket);
      return;
    case 'drop':
      socket.destroy();
      return;
    case 'refuse':
      socket.end(refusal(fault.status, fault.headers, fault.body));
      return;
    case 'forge':
      awaitEnd(socket);
      socket.write(forged(request, fault.headers));
      return;
    case 'drip':
      drip(handshake, fault.everyMs);
      return;
    case 'send':
      accept(handshake, (connection) => {
        for (const data of fault.data) connection.send(data, { compress: false });
      });
      return;
    case 'close':
      accept(handshake, (connection) => connection.close(fault.code, fault.reason));
      return;
    case 'dropAfterAccept':
      // The callback of the empty write is called once the kernel has the 101.
      accept(handshake, (connection) => {
        socket.write('', () => connection.terminate());
      });
      return;
  }
}

/**
 * Such a connection gets no answer. It is read, so that its end is noticed, and then destroyed: sockets of Node's HTTP
 * server may be half-open.
 */
function awaitEnd(socket: Duplex): void {
  socket.on('end', () => socket.destroy());
  socket.resume();
}

/** What `first` writes leaves in one write with the 101. */
function accept(handshake: Handshake, first?: (connection: Accepted) => void): void {
  const { socket } = handshake;
  if (socket.destroyed) return;
  socket.cork();
  const connection = handshake.upgrade();
  if (connection !== undefined) {
    handshake.ready(connection);
    first?.(connection);
  }
  socket.uncork();
}

function drip(handshake: Handshake, everyMs: number): void {
  const { socket } = handshake;
  if (socket.destroyed) return;
  // `ws` writes the 101 in one piece: it is intercepted, and sent byte by byte.
  const caught: Buffer[] = [];
  socket.write = (chunk: string | Uint8Array): boolean => caught.push(Buffer.from(chunk)) > 0;
  const connection = handshake.upgrade();
  Reflect.deleteProperty(socket, 'write');
  const answer = Buffer.concat(caught);
  const next = (sent: number): void => {
    if (socket.destroyed) return;
    if (sent < answer.length) {
      socket.write(answer.subarray(sent, sent + 1));
      handshake.later(everyMs, () => next(sent + 1));
    } else if (connection !== undefined) handshake.ready(connection);
  };
  next(0);
}

function refusal(status: number, headers: Readonly<Record<string, string>>, body: string): string {
  return response(status, {
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }).concat(body);
}

function forged(request: IncomingMessage, headers: Readonly<Record<string, string>>): string {
  const key = String(request.headers['sec-websocket-key']);
  const accept = createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
  const protocol = request.headers['sec-websocket-protocol']?.split(',')[0];
  return response(101, {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': accept,
    ...(protocol !== undefined && { 'Sec-WebSocket-Protocol': protocol }),
    ...headers,
  });
}

function response(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
}
