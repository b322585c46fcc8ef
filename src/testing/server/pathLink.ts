/**
 * One connection of a client to the server, with someone in between who can speak for the server.
 *
 * Owns: both sockets; what of the server's frames passes, and what is put in their place. It writes whole frames only. Must
 * not know: paths, or clients.
 */
import type { Socket } from 'node:net';
import { FrameTap } from '../frames.js';
import { OPCODE } from './wire.js';

/** A Ping without a payload, as a server sends it (RFC 6455 §5.5.2). */
const PING = Buffer.from([0x89, 0]);
const HEAD_END = '\r\n\r\n';

/** What a link does with the server's frames. */
export interface LinkManner {
  /** Whether the server's Pongs pass. Where they do not, a Ping of a server is the client's sign of life. */
  readonly passesPongs: boolean;
  /** The value of `Host` for the server. */
  readonly authority: string;
  /** The value of `Authorization`, where the server's URL has user info. */
  readonly authorization: string | undefined;
}

/** Carries one connection. */
export class PathLink {
  /** The server's 101 has passed. */
  isOpen = false;
  /** How many Pings the client has sent. */
  pings = 0;
  /** How many Pongs of the server have passed. */
  pongs = 0;

  readonly #client: Socket;
  readonly #server: Socket;
  readonly #manner: LinkManner;
  readonly #changed: () => void;
  readonly #tap: FrameTap;
  #request: Buffer | undefined = Buffer.alloc(0);
  #fromServer: Buffer = Buffer.alloc(0);
  #held: Buffer[] | undefined;
  #isReplaced = false;
  #hasServerEnded = false;
  #isReleased = false;

  constructor(client: Socket, server: Socket, manner: LinkManner, changed: () => void) {
    this.#client = client;
    this.#server = server;
    this.#manner = manner;
    this.#changed = changed;
    this.#tap = new FrameTap(({ opcode }) => {
      if (opcode !== OPCODE.ping) return;
      this.pings += 1;
      if (!manner.passesPongs) client.write(PING);
    });
    client.on('data', (bytes: Buffer) => this.#clientSent(bytes));
    client.on('end', () => server.end());
    client.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    server.on('data', (bytes: Buffer) => this.#serverSent(bytes));
    server.on('end', () => {
      this.#hasServerEnded = true;
      this.#pass();
    });
    server.on('error', () => server.destroy());
    server.on('close', () => {
      this.#hasServerEnded = true;
      this.#pass();
    });
  }

  /** The client has sent its Close. From then on what the server sends is held, until `release()`. */
  get clientHasClosed(): boolean {
    return this.#tap.close !== undefined;
  }

  /** Sends the server's last bytes in its place; nothing of its own reaches the client from here on. */
  replace(bytes: Uint8Array): void {
    this.#isReplaced = true;
    this.#client.write(bytes);
  }

  /** What was held passes: the server's answer to a Close, and its end of TCP. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const frame of held) this.#client.write(frame);
    this.#isReleased = true;
    this.#pass();
  }

  /** Ends both sides, without a Close. */
  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #clientSent(bytes: Buffer): void {
    if (this.#request === undefined) {
      this.#tap.push(bytes);
      this.#server.write(bytes);
    } else {
      this.#request = Buffer.concat([this.#request, bytes]);
      const end = this.#request.indexOf(HEAD_END);
      if (end < 0) return;
      const head = this.#request.subarray(0, end).toString('latin1');
      const rest = this.#request.subarray(end);
      this.#request = undefined;
      // The client has dialled the relay; servers choose by the name.
      const { authority, authorization } = this.#manner;
      const more = authorization === undefined ? '' : `\r\nAuthorization: ${authorization}`;
      const text = head.replace(/^host:[^\r]*/im, () => `Host: ${authority}${more}`);
      this.#server.write(Buffer.concat([Buffer.from(text, 'latin1'), rest]));
    }
    if (this.clientHasClosed && !this.#isReleased) this.#held ??= [];
    this.#changed();
  }

  #serverSent(bytes: Buffer): void {
    if (this.#isReplaced) return;
    this.#fromServer = Buffer.concat([this.#fromServer, bytes]);
    if (!this.isOpen && !this.#passHead()) return;
    for (;;) {
      const length = frameLength(this.#fromServer);
      if (length === undefined || this.#fromServer.length < length) break;
      const frame = this.#fromServer.subarray(0, length);
      this.#fromServer = this.#fromServer.subarray(length);
      const isPong = (frame.readUInt8(0) & 0x0f) === OPCODE.pong;
      if (isPong && !this.#manner.passesPongs) continue;
      if (isPong) this.pongs += 1;
      if (this.#held === undefined) this.#client.write(frame);
      else this.#held.push(frame);
    }
    this.#changed();
  }

  /** Passes the server's answer to the handshake; true once frames follow. */
  #passHead(): boolean {
    const end = this.#fromServer.indexOf(HEAD_END);
    const isUpgrade = /^HTTP\/1\.\d 101/.test(this.#fromServer.subarray(0, 12).toString('latin1'));
    const passes = isUpgrade ? (end < 0 ? 0 : end + HEAD_END.length) : this.#fromServer.length;
    if (passes > 0) this.#client.write(this.#fromServer.subarray(0, passes));
    this.#fromServer = this.#fromServer.subarray(passes);
    this.isOpen = isUpgrade && passes > 0;
    return this.isOpen;
  }

  /** The server's end passes once nothing is held before it. */
  #pass(): void {
    if (this.#hasServerEnded && this.#held === undefined && !this.#isReplaced) this.#client.end();
    this.#changed();
  }
}

/** How many bytes the first frame has; undefined where its header is not complete. */
function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const mask = (second & 0x80) !== 0 ? 4 : 0;
  const short = second & 0x7f;
  if (short < 126) return 2 + mask + short;
  if (short === 126) return bytes.length < 4 ? undefined : 4 + mask + bytes.readUInt16BE(2);
  return bytes.length < 10 ? undefined : 10 + mask + Number(bytes.readBigUInt64BE(2));
}
