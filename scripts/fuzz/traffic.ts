/**
 * What a server might send: valid handshakes and frames, and mutations of both. Knows the bytes of RFC 6455 and
 * RFC 7692; must not know the client.
 */
import { deflateRawSync } from 'node:zlib';
import type { Random } from '../../test/support/random.js';
import { acceptOfKey } from '../../test/support/rawServer.js';

/** How a case ends: by a FIN, by an RST, or not at all, so that the client has to. */
export type Ending = 'end' | 'reset' | 'hold';

export interface Case {
  readonly compresses: boolean;
  readonly protocols: readonly string[];
  readonly ending: Ending;
  /** The bytes for the request's key, cut into the writes that carry them. */
  chunks(key: string): Buffer[];
}

/** One case; the same for the same numbers. */
export function makeCase(random: Random): Case {
  const compresses = random.chance(0.3);
  const protocols = random.chance(0.3) ? ['chat', 'v2.chat'] : [];
  const ending: Ending = random.chance(0.03) ? 'hold' : random.chance(0.25) ? 'reset' : 'end';
  return {
    compresses,
    protocols,
    ending,
    chunks(key) {
      const mangled = random.chance(0.35);
      let head = handshake(random, key, compresses, protocols);
      if (mangled) head = mangleHandshake(random, head);
      const frames = Array.from({ length: random.int(8) }, () => frame(random, compresses));
      if (!mangled || random.chance(0.3)) mangleFrames(random, frames);
      return cut(random, Buffer.concat([head, ...frames]));
    },
  };
}

function handshake(random: Random, key: string, compresses: boolean, protocols: readonly string[]): Buffer {
  const accept = acceptOfKey(key);
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  if (compresses && random.chance(0.8)) lines.push('Sec-WebSocket-Extensions: permessage-deflate');
  if (protocols.length > 0) lines.push(`Sec-WebSocket-Protocol: ${random.pick(protocols)}`);
  if (random.chance(0.3)) lines.push('Server: fuzz', `Set-Cookie: sid=${random.int(1e9)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Header lines that a broken server, or one that means harm, might add. */
const ODD_LINES = [
  'Sec-WebSocket-Extensions: x-unasked; a=1',
  'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
  'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover',
  'Sec-WebSocket-Extensions: ;;;=",',
  'Sec-WebSocket-Protocol: unasked',
  'Sec-WebSocket-Protocol: chat, chat',
  'Sec-WebSocket-Accept: AAAA',
  'Content-Length: 5',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Connection: close',
  'Upgrade: h2c',
  'Retry-After: 99999999999999999999',
  'Location: ws://127.0.0.1:1/',
  'WWW-Authenticate: Basic realm="x"',
  '__proto__: x',
  ': no name',
  'No colon',
  'Null: \0',
];

const STATUS_LINES = [
  'HTTP/1.1 200 OK',
  'HTTP/1.1 301 Moved Permanently',
  'HTTP/1.1 401 Unauthorized',
  'HTTP/1.1 407 Proxy Authentication Required',
  'HTTP/1.1 426 Upgrade Required',
  'HTTP/1.1 429 Too Many Requests',
  'HTTP/1.1 503 Service Unavailable',
  'HTTP/1.1 100 Continue',
  'HTTP/1.1 99 ?',
  'HTTP/1.1 999 ?',
  'HTTP/1.0 101 Switching Protocols',
  'HTTP/9.9 101 Switching Protocols',
  'ICY 200 OK',
  '',
];

function mangleHandshake(random: Random, head: Buffer): Buffer {
  const lines = head.toString('latin1').slice(0, -4).split('\r\n');
  const at = random.int(lines.length);
  switch (random.int(9)) {
    case 0:
      lines[0] = random.pick(STATUS_LINES);
      break;
    case 1:
      lines.splice(1 + random.int(lines.length), 0, random.pick(ODD_LINES));
      break;
    case 2:
      lines.splice(at, 1);
      break;
    case 3:
      lines.splice(at, 0, lines[at] ?? '');
      break;
    case 4:
      lines.push(`X-Long: ${'y'.repeat(random.int(40_000))}`);
      break;
    case 5:
      for (let count = random.int(3000); count > 0; count -= 1) lines.push(`X-${count}: z`);
      break;
    case 6:
      return random.bytes(random.int(2000));
    case 7:
      return head.subarray(0, random.int(head.length));
    default:
      return flip(random, head);
  }
  return Buffer.from(`${lines.join(random.chance(0.1) ? '\n' : '\r\n')}\r\n\r\n`, 'latin1');
}

const TEXTS = [
  '',
  'hello',
  '{"a":1}',
  'grüße \u{1f600}',
  'x'.repeat(125),
  'y'.repeat(126),
  'z'.repeat(70_000),
];
const CLOSE_CODES = [
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1011, 1012, 1015, 3000, 4999, 5000, 0, 999,
];
const CONTROL = { close: 8, ping: 9, pong: 10 } as const;

/** One frame, or one message in several. */
function frame(random: Random, compresses: boolean): Buffer {
  switch (random.int(7)) {
    case 0:
      return encode(CONTROL.ping, random.bytes(random.int(126)));
    case 1:
      return encode(CONTROL.pong, random.bytes(random.int(126)));
    case 2: {
      if (random.chance(0.6)) return encode(1, Buffer.from(random.pick(TEXTS)));
      const code = Buffer.alloc(2);
      code.writeUInt16BE(random.pick(CLOSE_CODES));
      return encode(CONTROL.close, random.chance(0.2) ? random.bytes(random.int(3)) : code);
    }
    case 3: {
      const parts = Array.from({ length: 1 + random.int(6) }, () => random.bytes(random.int(300)));
      return Buffer.concat([
        encode(2, random.bytes(10), { fin: false }),
        ...parts.map((part) => encode(0, part, { fin: false })),
        encode(0, Buffer.alloc(0)),
      ]);
    }
    case 4:
      if (!compresses) return encode(2, random.bytes(random.int(2000)));
      return encode(1, deflateRawSync(Buffer.from(random.pick(TEXTS))), { reserved: 4 });
    case 5:
      return encode(2, random.bytes(random.int(2000)));
    default:
      return encode(1, Buffer.from(random.pick(TEXTS)));
  }
}

function encode(
  opcode: number,
  payload: Buffer,
  { fin = true, reserved = 0, masked = false, claims = payload.length as number | bigint } = {},
): Buffer {
  const short = claims < 126 ? Number(claims) : claims < 65_536 ? 126 : 127;
  const header = Buffer.alloc(short === 127 ? 10 : short === 126 ? 4 : 2);
  header[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = (masked ? 0x80 : 0) | short;
  if (short === 126) header.writeUInt16BE(Number(claims), 2);
  if (short === 127) header.writeBigUInt64BE(BigInt(claims), 2);
  return Buffer.concat([header, ...(masked ? [Buffer.from([1, 2, 3, 4])] : []), payload]);
}

const LENGTHS = [0n, 125n, 126n, 65_535n, 65_536n, 65_537n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** Breaks frames where they are, or puts broken ones among them. */
function mangleFrames(random: Random, frames: Buffer[]): void {
  for (let count = random.int(4); count > 0; count -= 1) {
    const at = random.int(frames.length + 1);
    const old = frames[at] ?? Buffer.alloc(0);
    switch (random.int(10)) {
      case 0:
        frames[at] = flip(random, old);
        break;
      case 1:
        frames[at] = old.subarray(0, random.int(old.length + 1));
        break;
      case 2:
        frames.splice(at, 0, random.bytes(random.int(60)));
        break;
      case 3:
        frames.splice(
          at,
          0,
          encode(random.int(16), random.bytes(random.int(200)), { fin: random.chance(0.5) }),
        );
        break;
      case 4:
        frames.splice(at, 0, encode(1 + random.int(2), random.bytes(20), { claims: random.pick(LENGTHS) }));
        break;
      case 5:
        frames.splice(at, 0, encode(2, random.bytes(20), { masked: true }));
        break;
      case 6:
        frames.splice(at, 0, encode(1, random.bytes(20), { reserved: random.int(8) }));
        break;
      case 7:
        frames.splice(at, 0, old, old);
        break;
      case 8: {
        const pings = random.int(300);
        frames.splice(
          at,
          0,
          ...Array.from({ length: pings }, () => encode(CONTROL.ping, Buffer.from('flood'))),
        );
        break;
      }
      default: {
        // What inflates to more than it may: the limit of the fuzzed client is 64 KiB.
        const bomb = deflateRawSync(Buffer.alloc(random.int(400_000)));
        frames.splice(at, 0, encode(2, bomb, { reserved: 4 }));
      }
    }
  }
}

/** Changes up to eight bits. */
function flip(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  for (let count = 1 + random.int(8); count > 0; count -= 1) {
    const at = random.int(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
  }
  return copy;
}

function cut(random: Random, bytes: Buffer): Buffer[] {
  const cuts = Array.from({ length: random.int(4) }, () => random.int(bytes.length + 1)).sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}
