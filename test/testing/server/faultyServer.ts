/**
 * A WebSocket server on bare sockets that does what RFC 6455 wants, but for one thing.
 *
 * Owns: the right behaviour, in small steps, each of which a fault replaces. Must not know: the examination.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import { closeFrame } from '../../../src/testing/frames.js';
import { listenOn } from '../../../src/testing/sockets.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A frame that a client sent, unmasked. */
export interface Frame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** How many bytes the extended length takes. */
  readonly lengthBytes: number;
  readonly length: bigint;
  readonly payload: Buffer;
}

/** The request of a handshake. */
export interface Request {
  readonly method: string;
  readonly version: string;
  /** The length of its first line. */
  readonly lineLength: number;
  /** How many chunks it came in. */
  readonly chunks: number;
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** The answer to a handshake. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
}

/** One connection, as faults see it. */
export interface Peer {
  readonly socket: Socket;
  readonly deflate: boolean;
  readonly server: FaultyServer;
  /** What a fault remembers of the connection. */
  readonly notes: Set<string>;
  /** Takes no notice of the client any more. */
  mute(): void;
  /** How many connections the server has accepted, this one included. */
  readonly count: number;
  send(opcode: number, payload: Buffer | string, first?: number): void;
  fail(code: number): void;
  end(): void;
}

/** What a fault replaces. Each gets what the right server would do, and gives what it does instead. */
export interface Fault {
  /** The answer to a request, right as given; undefined sends nothing, and leaves the connection. */
  answer?(right: Answer, request: Request): Answer | 'drop' | 'nothing';
  /** The code with which a frame is refused as such; undefined takes it. */
  refuses?(right: number | undefined, frame: Frame, peer: Peer): number | undefined;
  /** The code with which a text is refused; undefined takes it. */
  text?(right: number | undefined, bytes: Buffer, peer: Peer): number | undefined;
  /** The payloads of the Pongs for a Ping. */
  pong?(right: Buffer, peer: Peer): readonly Buffer[];
  /** The body of the answer to a Close; undefined answers nothing. */
  close?(right: Buffer | undefined, body: Buffer): Buffer | undefined;
  /** What a frame of the server looks like on the wire. */
  frame?(right: Buffer, opcode: number): Buffer;
  /** After a Close was sent: ends TCP, or does not. */
  endTcp?(peer: Peer, end: () => void, why: 'closed' | 'failed'): void;
  /** Before a frame is looked at; true takes it away. */
  takes?(frame: Frame, peer: Peer): boolean;
  /** When the client's FIN arrives. */
  clientFin?(end: () => void): void;
  /** When a connection was accepted. */
  opened?(peer: Peer, server: FaultyServer): void;
  /** When a client is gone without a Close. */
  lost?(server: FaultyServer): void;
  /** When TCP connects; `count` connections were there before. */
  connected?(socket: Socket, server: FaultyServer, count: number): void;
  /** A frame is larger than `maxMessage`; right: Close 1009. */
  tooLarge?(peer: Peer, server: FaultyServer): void;
  /** The largest message it takes; default 64 MiB. */
  readonly maxMessage?: number;
  /** How often it sends Pings, in ms, and gives up a client that answered none. Default: no Pings. */
  readonly pingEvery?: number | undefined;
}

/** The server. */
export class FaultyServer {
  readonly sockets = new Set<Socket>();
  /** A fault sets it: nobody is answered any more. */
  isStuck = false;
  accepted = 0;
  connections = 0;
  port = 0;
  #server: Server | undefined;
  #isStopped = false;
  readonly #fault: Fault;

  constructor(fault: Fault = {}) {
    this.#fault = fault;
  }

  static async start(fault: Fault = {}): Promise<FaultyServer> {
    const server = new FaultyServer(fault);
    await server.listen();
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  async listen(): Promise<void> {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#connected(socket));
    this.port = await listenOn(this.#server, this.port);
  }

  /** Nobody is answered for so many ms. */
  sticks(ms: number): void {
    this.isStuck = true;
    setTimeout(() => {
      this.isStuck = false;
    }, ms);
  }

  /** Ends every connection with a Close, and TCP, and listens again after `ms`. */
  async restart(code: number | undefined, ms = 0): Promise<void> {
    for (const socket of this.sockets) {
      if (code !== undefined) socket.write(closeFrame(code, ''));
      socket.end();
    }
    await new Promise((resolve) => this.#server?.close(resolve));
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    if (!this.#isStopped) await this.listen();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const server = this.#server;
    const closed = new Promise((resolve) =>
      server === undefined ? resolve(undefined) : server.close(resolve),
    );
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  #connected(socket: Socket): void {
    this.sockets.add(socket);
    this.connections += 1;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    this.#fault.connected?.(socket, this, this.connections - 1);
    let bytes: Buffer = Buffer.alloc(0);
    let chunks = 0;
    const read = (chunk: Buffer): void => {
      if (this.isStuck) return;
      chunks += 1;
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (bytes.length > 64 * 1024 && end < 0) {
        this.#answer(socket, { status: 431, headers: {} }, undefined);
        socket.off('data', read);
        return;
      }
      if (end < 0) return;
      socket.off('data', read);
      const request = requestOf(bytes.subarray(0, end).toString('latin1'), chunks);
      this.#answer(socket, rightAnswer(request), request);
    };
    socket.on('data', read);
    socket.on('end', () => this.#clientFin(socket));
  }

  #clientFin(socket: Socket): void {
    if (this.#fault.clientFin === undefined) socket.end();
    else this.#fault.clientFin(() => socket.end());
  }

  #answer(socket: Socket, right: Answer, request: Request | undefined): void {
    const none: Request = { method: 'GET', version: '1.1', lineLength: 0, chunks: 1, headers: new Map() };
    const answer = this.#fault.answer?.(right, request ?? none) ?? right;
    if (answer === 'nothing') return;
    if (answer === 'drop') {
      socket.end();
      return;
    }
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = answer.status === 101 ? '' : 'Content-Length: 0\r\n';
    socket.write(`HTTP/1.1 ${answer.status} x\r\n${length}${lines.join('')}\r\n`);
    if (answer.status === 101) this.#serve(socket, answer);
    else socket.end();
  }

  #serve(socket: Socket, answer: Answer): void {
    this.accepted += 1;
    const fault = this.#fault;
    let isClosed = false;
    let heard = true;
    let isMute = false;
    const write = (opcode: number, payload: Buffer | string, first = 0x80 | opcode): void => {
      if (socket.destroyed || socket.writableEnded || this.isStuck) return;
      const right = frameOf(first, Buffer.from(payload));
      socket.write(fault.frame?.(right, opcode) ?? right);
    };
    const endTcp = (why: 'closed' | 'failed'): void => {
      const end = (): void => void socket.end();
      if (fault.endTcp === undefined) end();
      else fault.endTcp(peer, end, why);
    };
    const peer: Peer = {
      socket,
      deflate: (answer.headers['Sec-WebSocket-Extensions'] ?? '').includes('deflate'),
      server: this,
      notes: new Set(),
      mute: () => {
        isMute = true;
      },
      count: this.accepted,
      send: (opcode, payload, first) => {
        if (!isClosed) write(opcode, payload, first);
      },
      fail: (code) => {
        if (isClosed) return;
        isClosed = true;
        if (code > 0) write(8, closeFrame(code, '').subarray(2));
        endTcp('failed');
      },
      end: () => socket.end(),
    };
    const { pingEvery } = fault;
    if (pingEvery !== undefined) {
      const timer = setInterval(() => {
        if (!heard) socket.destroy();
        heard = false;
        peer.send(9, 'sign');
      }, pingEvery);
      socket.on('close', () => clearInterval(timer));
    }
    socket.on('close', () => {
      if (!isClosed) fault.lost?.(this);
    });
    fault.opened?.(peer, this);
    let parts: Buffer[] | undefined;
    let opcode = 0;
    let isCompressed = false;
    const message = (): void => {
      const joined = Buffer.concat(parts ?? []);
      parts = undefined;
      const data = isCompressed ? inflated(joined) : joined;
      const right = data !== undefined && (opcode === 2 || isUtf8(data)) ? undefined : 1007;
      const code =
        fault.text === undefined || data === undefined || opcode === 2
          ? right
          : fault.text(right, data, peer);
      if (code !== undefined) peer.fail(code);
      else if (data !== undefined) peer.send(opcode, data);
    };
    const take = (frame: Frame): void => {
      const wrong = wrongWith(frame, { isFragmented: parts !== undefined, deflate: peer.deflate });
      const code = fault.refuses === undefined ? wrong : fault.refuses(wrong, frame, peer);
      if (code !== undefined) peer.fail(code);
      if (code !== undefined || fault.takes?.(frame, peer) === true) return;
      heard = true;
      switch (frame.opcode) {
        case 8: {
          const right = answerToClose(frame.payload);
          const body = fault.close === undefined ? right : fault.close(right, frame.payload);
          if (body === undefined) return;
          isClosed = true;
          write(8, body);
          endTcp('closed');
          return;
        }
        case 9: {
          const pongs = fault.pong?.(frame.payload, peer) ?? [frame.payload];
          for (const payload of pongs) peer.send(10, payload);
          return;
        }
        case 0:
        case 1:
        case 2:
          if (frame.opcode !== 0) {
            parts = [];
            opcode = frame.opcode;
            isCompressed = frame.rsv === 4 && peer.deflate;
          }
          if (parts === undefined) return;
          parts.push(frame.payload);
          if (frame.fin) message();
          return;
      }
    };
    const reader = frameReader(fault.maxMessage ?? 64 * 2 ** 20);
    socket.on('data', (chunk: Buffer) => {
      if (this.isStuck || isMute) return;
      for (const frame of reader(chunk)) {
        if (isClosed || isMute) return;
        if (frame === 'tooLarge' && fault.tooLarge !== undefined) fault.tooLarge(peer, this);
        else if (frame === 'tooLarge') peer.fail(1009);
        else take(frame);
      }
    });
  }
}

function requestOf(head: string, chunks: number): Request {
  const [line = '', ...rest] = head.split('\r\n');
  const [method = '', , version = ''] = line.split(' ');
  const headers = new Map<string, string[]>();
  for (const each of rest) {
    const colon = each.indexOf(':');
    const name = each.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), each.slice(colon + 1).trim()]);
  }
  return { method, version: version.replace('HTTP/', ''), lineLength: line.length, chunks, headers };
}

export const one = (request: Request, name: string): string => request.headers.get(name)?.[0] ?? '';

/** The 101 for a request, whatever is wrong with it. */
export function accepted(request: Request): Answer {
  const protocol = one(request, 'sec-websocket-protocol').split(',')[0]?.trim() ?? '';
  const deflate = one(request, 'sec-websocket-extensions').startsWith('permessage-deflate');
  return {
    status: 101,
    headers: {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': createHash('sha1')
        .update(one(request, 'sec-websocket-key') + GUID)
        .digest('base64'),
      ...(protocol !== '' && { 'Sec-WebSocket-Protocol': protocol }),
      ...(deflate && {
        'Sec-WebSocket-Extensions':
          'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
      }),
    },
  };
}

function rightAnswer(request: Request): Answer {
  const { method, version, headers } = request;
  const is = (name: string, token: string): boolean =>
    one(request, name)
      .toLowerCase()
      .split(',')
      .some((each) => each.trim() === token);
  const refuse = (status: number, more: Record<string, string> = {}): Answer => ({ status, headers: more });
  if (method !== 'GET') return refuse(405);
  if (version !== '1.1' || !headers.has('host')) return refuse(400);
  if (!is('upgrade', 'websocket') || !is('connection', 'upgrade'))
    return refuse(426, { Upgrade: 'websocket' });
  const keys = headers.get('sec-websocket-key') ?? [];
  if (keys.length !== 1 || Buffer.from(keys[0] ?? '', 'base64').length !== 16) return refuse(400);
  if (one(request, 'sec-websocket-version') !== '13') return refuse(426, { 'Sec-WebSocket-Version': '13' });
  return accepted(request);
}

/** RFC 6455 §5: what is wrong with a frame, as the code of a Close. */
function wrongWith(
  { fin, rsv, opcode, masked, lengthBytes, length, payload }: Frame,
  { isFragmented, deflate }: { readonly isFragmented: boolean; readonly deflate: boolean },
): number | undefined {
  const isControl = opcode >= 8;
  const isData = opcode === 1 || opcode === 2;
  if (!masked || length >= 2n ** 63n) return 1002;
  if (rsv !== 0 && !(deflate && rsv === 4 && isData)) return 1002;
  if ((opcode > 2 && opcode < 8) || opcode > 10) return 1002;
  if (isControl && (!fin || length > 125n)) return 1002;
  if ((lengthBytes === 2 && length < 126n) || (lengthBytes === 8 && length < 65_536n)) return 1002;
  if ((opcode === 0) !== isFragmented && !isControl) return 1002;
  if (opcode === 8 && payload.length >= 2) {
    const code = payload.readUInt16BE(0);
    const isKnown =
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000);
    if (!isKnown) return 1002;
    if (!isUtf8(payload.subarray(2))) return 1007;
  }
  return opcode === 8 && payload.length === 1 ? 1002 : undefined;
}

const answerToClose = (body: Buffer): Buffer => body.subarray(0, 2);

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(Buffer.concat([bytes, Buffer.from([0, 0, 255, 255])]), { finishFlush: 2 });
  } catch {
    return undefined;
  }
}

function frameOf(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? Buffer.from([first, length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
  if (length >= 126) {
    header[0] = first;
    header[1] = length < 65_536 ? 126 : 127;
    if (length < 65_536) header.writeUInt16BE(length, 2);
    else header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}

/** Reads frames; `tooLarge` for one that is longer than `most`. A length of 2^63 and more is given at once. */
function frameReader(most: number): (chunk: Buffer) => Generator<Frame | 'tooLarge'> {
  let waiting: Buffer[] = [];
  let size = 0;
  let needed = 2;
  return function* read(chunk) {
    waiting.push(chunk);
    size += chunk.length;
    while (size >= needed) {
      const bytes = waiting.length === 1 ? (waiting[0] ?? chunk) : Buffer.concat(waiting);
      waiting = [bytes];
      const short = bytes.readUInt8(1) & 0x7f;
      const masked = (bytes.readUInt8(1) & 0x80) !== 0;
      const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
      const header = 2 + lengthBytes + (masked ? 4 : 0);
      needed = header;
      if (size < needed) return;
      const length =
        lengthBytes === 8
          ? bytes.readBigUInt64BE(2)
          : BigInt(lengthBytes === 2 ? bytes.readUInt16BE(2) : short);
      const isHuge = length >= 2n ** 63n;
      if (!isHuge && length > BigInt(most)) {
        yield 'tooLarge';
        return;
      }
      needed = header + (isHuge ? 0 : Number(length));
      if (size < needed) return;
      const payload = Buffer.from(bytes.subarray(header, needed));
      if (masked)
        for (let i = 0; i < payload.length; i += 1)
          payload[i] = (payload[i] ?? 0) ^ (bytes[header - 4 + (i & 3)] ?? 0);
      const first = bytes.readUInt8(0);
      waiting = [bytes.subarray(needed)];
      size -= needed;
      needed = 2;
      yield {
        fin: (first & 0x80) !== 0,
        rsv: (first >> 4) & 7,
        opcode: first & 15,
        masked,
        lengthBytes,
        length,
        payload,
      };
    }
  };
}

/** A frame of the server that is masked. */
export function maskedFrame(right: Buffer): Buffer {
  const header = right.subarray(0, 2);
  const key = randomBytes(4);
  const payload = Buffer.from(right.subarray(2).map((byte, index) => byte ^ (key[index & 3] ?? 0)));
  return Buffer.concat([Buffer.from([header[0] ?? 0, (header[1] ?? 0) | 0x80]), key, payload]);
}
