/**
 * One broken server for each check of the examination: what is wrong with it, and nothing else.
 *
 * The faults of the opening handshake, of frames and of messages; the others are in moreFaults.ts.
 */
import type { CheckServerOptions } from '../../../src/testing/index.js';
import {
  type Answer,
  accepted,
  type Fault,
  type FaultyServer,
  maskedFrame,
  one,
  type Peer,
  type Request,
} from './faultyServer.js';

/** A broken server, and what else cannot be right where this is wrong. */
export interface Broken extends Fault {
  /** Checks that fail with it, too: they need the same thing. */
  readonly also?: readonly string[];
  readonly options?: CheckServerOptions;
  /** How it is restarted. */
  restarts?(server: FaultyServer): Promise<void>;
}

/** Gives other answers to some requests. */
const answers = (
  isMeant: (request: Request, right: Answer) => boolean,
  other: (request: Request, right: Answer) => Answer | 'drop' | 'nothing',
): Broken => ({
  answer: (right, request) => (isMeant(request, right) ? other(request, right) : right),
});
/** Accepts what it has to refuse. */
const accepts = (isMeant: (request: Request) => boolean): Broken => answers(isMeant, accepted);
/** Changes the headers of a 101. */
const changes = (
  change: (headers: Record<string, string>, request: Request) => Record<string, string | undefined>,
): Broken =>
  answers(
    (_request, { status }) => status === 101,
    (request, { status, headers }) => ({
      status,
      headers: Object.fromEntries(
        Object.entries({ ...headers, ...change(headers, request) }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      ),
    }),
  );
/** Takes frames that it has to refuse, or refuses what it has to take. */
const takes = (
  isMeant: (frame: Parameters<NonNullable<Fault['refuses']>>[1], peer: Peer) => boolean,
): Broken => ({
  refuses: (right, frame, peer) => (isMeant(frame, peer) ? undefined : right),
});
export const refuses = (
  isMeant: (frame: Parameters<NonNullable<Fault['refuses']>>[1], peer: Peer) => boolean,
  code = 1002,
): Broken => ({
  refuses: (right, frame, peer) => (isMeant(frame, peer) ? code : right),
});
/** Takes a text that is not UTF-8. */
const takesText = (hex: string): Broken => ({
  text: (right, bytes) => (bytes.equals(Buffer.from(hex, 'hex')) ? undefined : right),
});

const EXTENSIONS = 'Sec-WebSocket-Extensions';
const versionIs = (version: string) => (request: Request) =>
  one(request, 'sec-websocket-version') === version;
const offers = (request: Request): string => one(request, 'sec-websocket-extensions');
const keysOf = ({ headers }: Request): readonly string[] => headers.get('sec-websocket-key') ?? [];

/** How many tiny pieces came in a row. */
function afterTinyPieces(act: (server: FaultyServer, destroy: () => void) => void): Broken {
  return {
    connected: (socket, server) => {
      let tiny = 0;
      socket.on('data', ({ length }: Buffer) => {
        tiny = length <= 2 ? tiny + 1 : 0;
        if (tiny === 5) act(server, () => socket.destroy());
      });
    },
  };
}

let textsThisTurn = 0;

export const FAULTS: Readonly<Record<string, Broken>> = {
  'handshake/accepted': answers(
    () => true,
    () => ({ status: 503, headers: {} }),
  ),
  'handshake/upgrade-header': changes(() => ({ Upgrade: undefined })),
  'handshake/connection-header': changes(() => ({ Connection: 'keep-alive' })),
  'handshake/accept-key': changes(() => ({ 'Sec-WebSocket-Accept': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })),
  'handshake/any-case': answers(
    (request) => one(request, 'upgrade') === 'WebSocket',
    () => ({ status: 400, headers: {} }),
  ),
  'handshake/in-pieces': answers(
    ({ chunks }) => chunks > 3,
    () => 'drop',
  ),
  'handshake/long-request-line': answers(
    ({ lineLength }) => lineLength > 4096,
    () => ({ status: 414, headers: {} }),
  ),
  'handshake/huge-header': answers(
    (_request, { status }) => status === 431,
    () => 'nothing',
  ),
  'handshake/version-refused': accepts(versionIs('99')),
  'handshake/version-named': answers(versionIs('99'), () => ({ status: 426, headers: {} })),
  'handshake/version-426': answers(versionIs('99'), (_request, { headers }) => ({ status: 400, headers })),
  'handshake/version-missing': accepts(versionIs('')),
  'handshake/key-missing': accepts((request) => keysOf(request).length === 0),
  'handshake/key-short': accepts((request) => keysOf(request).some((key) => key.length < 20)),
  'handshake/key-twice': accepts((request) => keysOf(request).length === 2),
  'handshake/upgrade-missing': accepts((request) => one(request, 'upgrade') === ''),
  'handshake/connection-missing': accepts((request) => one(request, 'connection') === 'keep-alive'),
  'handshake/method': accepts(({ method }) => method === 'POST'),
  'handshake/http-1.0': accepts(({ version }) => version === '1.0'),
  'handshake/host-missing': accepts((request) => one(request, 'host') === ''),
  'handshake/refusal-answered': answers(
    (request) => keysOf(request).length === 0,
    () => 'drop',
  ),

  'negotiation/protocol-unasked': changes((_headers, request) =>
    one(request, 'sec-websocket-protocol') === '' ? { 'Sec-WebSocket-Protocol': 'chat' } : {},
  ),
  'negotiation/protocol-chosen': changes((headers) =>
    'Sec-WebSocket-Protocol' in headers ? { 'Sec-WebSocket-Protocol': 'chat' } : {},
  ),
  'negotiation/extension-unasked': changes((_headers, request) =>
    offers(request) === '' ? { [EXTENSIONS]: 'x-odd' } : {},
  ),
  'negotiation/extension-unknown': changes((_headers, request) =>
    offers(request).startsWith('x-') ? { [EXTENSIONS]: offers(request) } : {},
  ),
  'negotiation/deflate-window': changes((headers) =>
    EXTENSIONS in headers ? { [EXTENSIONS]: 'permessage-deflate; client_max_window_bits=10' } : {},
  ),
  'negotiation/deflate-message': refuses(
    ({ rsv, opcode }, { deflate }) => deflate && rsv === 4 && opcode === 1,
  ),
  'negotiation/deflate-uncompressed': refuses(
    ({ rsv, opcode }, { deflate }) => deflate && rsv === 0 && opcode === 1,
  ),
  'negotiation/deflate-control': takes(
    ({ rsv, opcode }, { deflate }) => deflate && rsv === 4 && opcode === 9,
  ),
  'negotiation/deflate-broken': {
    takes: ({ rsv, payload }, { deflate }) => deflate && rsv === 4 && payload[0] === 7,
  },

  'frames/unmasked': takes(({ masked, opcode }) => !masked && opcode === 1),
  'frames/unmasked-control': takes(({ masked, opcode }) => !masked && opcode === 9),
  'frames/rsv1': takes(({ rsv, opcode }, { deflate }) => rsv === 4 && opcode === 1 && !deflate),
  'frames/rsv2': takes(({ rsv, opcode }) => rsv === 2 && opcode === 1),
  'frames/rsv3': takes(({ rsv }) => rsv === 1),
  'frames/rsv-control': takes(({ rsv, opcode }) => rsv === 2 && opcode === 9),
  'frames/opcode-data': takes(({ opcode }) => opcode === 5),
  'frames/opcode-control': takes(({ opcode }) => opcode === 13),
  'frames/control-126': takes(({ length, opcode }) => length === 126n && opcode === 9),
  'frames/control-fragmented': takes(({ fin, opcode }) => !fin && opcode === 9),
  'frames/length-16': takes(({ lengthBytes, length }) => lengthBytes === 2 && length < 126n),
  'frames/length-64': takes(({ lengthBytes, length }) => lengthBytes === 8 && length < 126n),
  'frames/length-2^63': takes(({ length }) => length >= 2n ** 63n),
  'frames/lengths': refuses(({ length, opcode }) => length === 126n && opcode === 1),
  'frames/length-65536': refuses(({ length, opcode }) => length === 65_536n && opcode === 1),
  'frames/binary': refuses(({ length, opcode }) => length === 256n && opcode === 2),
  'frames/in-pieces': { ...afterTinyPieces((_server, destroy) => destroy()), also: ['limits/slow-sender'] },
  'frames/at-once': refuses(({ opcode }) => {
    if (opcode !== 1) return false;
    textsThisTurn += 1;
    setImmediate(() => {
      textsThisTurn = 0;
    });
    return textsThisTurn > 30;
  }, 1008),
  'frames/server-unmasked': { frame: (right, opcode) => (opcode === 10 ? maskedFrame(right) : right) },
  'frames/server-reserved': {
    frame: (right, opcode) =>
      opcode === 10 ? Buffer.from([(right[0] ?? 0) | 0x10, ...right.subarray(1)]) : right,
  },

  'messages/fragments': {
    ...refuses(({ fin, opcode }) => opcode === 0 || (opcode === 1 && !fin)),
    also: [
      'messages/empty-fragments',
      'messages/control-between',
      'messages/utf8-split',
      'messages/close-between',
    ],
  },
  'messages/empty-fragments': refuses(({ opcode, length }) => opcode === 0 && length === 0n),
  'messages/control-between': {
    takes: ({ fin, opcode }, { notes }) => {
      if (opcode === 1 && !fin) notes.add('inside');
      if (opcode === 0 && fin) notes.delete('inside');
      return opcode === 9 && notes.has('inside');
    },
  },
  'messages/close-between': {
    takes: ({ fin, opcode }, { notes }) => {
      if (opcode === 1 && !fin) notes.add('inside');
      return opcode === 8 && notes.has('inside');
    },
  },
  'messages/continuation-alone': {
    refuses: (right, { opcode }, { notes }) => {
      if (opcode === 1) notes.add('text');
      return opcode === 0 && !notes.has('text') ? undefined : right;
    },
  },
  'messages/continuation-after': {
    refuses: (right, { opcode, fin }, { notes }) => {
      if (opcode === 1 && fin) notes.add('whole');
      return opcode === 0 && notes.has('whole') ? undefined : right;
    },
  },
  'messages/interleaved': {
    refuses: (right, { opcode, fin }, { notes }) => {
      const isSecond = opcode === 1 && fin && notes.has('inside');
      if (opcode === 1 && !fin) notes.add('inside');
      return isSecond ? undefined : right;
    },
  },
  'messages/utf8-split': { text: (right, bytes) => (bytes.includes('κ') ? 1007 : right) },
  'messages/utf8-invalid': takesText('63ff63'),
  'messages/utf8-split-invalid': takesText('63c32863'),
  'messages/utf8-unfinished': takesText('63e282'),
  'messages/utf8-surrogate': takesText('63eda080'),
  'messages/utf8-overlong': takesText('63c0af'),
  'messages/utf8-beyond': takesText('63f4908080'),
};

export { afterTinyPieces, takes };
