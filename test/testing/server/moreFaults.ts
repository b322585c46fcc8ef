/**
 * One broken server for each check: Pings, the closing handshake, limits, clients that come and go, and restarts.
 */
import type { Socket } from 'node:net';
import { closeFrame } from '../../../src/testing/frames.js';
import { afterTinyPieces, type Broken, refuses, takes } from './faults.js';
import type { FaultyServer, Peer } from './faultyServer.js';

/** The time for which a server is stuck: longer than the examination waits for another client, once. */
const STUCK = 1500;

const codeOf = (payload: Buffer): number => (payload.length >= 2 ? payload.readUInt16BE(0) : 0);
const body = (code: number): Buffer => closeFrame(code, '').subarray(2);
/** Takes a code that it has to refuse, and sends it back. */
const returns = (code: number): Broken =>
  takes(({ opcode, payload }) => opcode === 8 && codeOf(payload) === code && payload.length === 2);
const refusesCode = (code: number): Broken =>
  refuses(({ opcode, payload }) => opcode === 8 && codeOf(payload) === code);
/** Answers some Closes otherwise. */
const closes = (isMeant: (payload: Buffer) => boolean, other: Buffer | undefined): Broken => ({
  close: (right, payload) => (isMeant(payload) ? other : right),
});
const isUsualClose = (payload: Buffer): boolean => payload.length === 2 && codeOf(payload) === 1000;

/** Counts events of one kind that come in a row, and acts at the tenth. */
function tenInARow(act: (server: FaultyServer) => void) {
  let count = 0;
  return {
    event: (server: FaultyServer): void => {
      count += 1;
      if (count === 10) act(server);
    },
    other: (): void => {
      count = 0;
    },
  };
}

/** Ten connections that end with an RST and have sent no frame, for the n-th time. */
function resets(episode: number): Broken {
  let seen = 0;
  const row = tenInARow((server) => {
    seen += 1;
    if (seen === episode) server.sticks(STUCK);
  });
  return {
    connected: (socket: Socket, server) => {
      let isQuiet = true;
      let isRequest = true;
      socket.on('data', () => {
        if (!isRequest) {
          isQuiet = false;
          row.other();
        }
        isRequest = false;
      });
      socket.on('error', () => {
        if (isQuiet) row.event(server);
      });
    },
  };
}

function tenCloses(): Broken {
  const row = tenInARow((server) => server.sticks(STUCK));
  return {
    takes: ({ opcode, payload }, { server }) => {
      if (opcode === 8 && isUsualClose(payload)) row.event(server);
      else row.other();
      return false;
    },
  };
}

/** Counts frames of one connection. */
function after(
  isMeant: (frame: { readonly opcode: number; readonly length: bigint; readonly payload: Buffer }) => boolean,
  most: number,
  act: (peer: Peer) => void,
): Broken {
  const counts = new WeakMap<Peer, number>();
  return {
    takes: (frame, peer) => {
      if (!isMeant(frame)) return false;
      const count = (counts.get(peer) ?? 0) + 1;
      counts.set(peer, count);
      if (count === most) act(peer);
      return count > most;
    },
  };
}

const halfHandshakes = (): Broken => {
  const pending = new Set<Socket>();
  return {
    connected: (socket) => {
      pending.add(socket);
      socket.on('close', () => pending.delete(socket));
      socket.on('data', (bytes: Buffer) => {
        if (bytes.includes('\r\n\r\n')) pending.delete(socket);
      });
      if (pending.size > 18) socket.pause();
    },
  };
};

/** Answers nobody once many clients have been there and have gone. */
const afterwards = (): Broken => {
  let wereMany = false;
  return {
    connected: (socket, server) => {
      wereMany ||= server.sockets.size > 26;
      socket.on('close', () => {
        if (wereMany && server.sockets.size < 10) server.isStuck = true;
      });
    },
  };
};

export const MORE_FAULTS: Readonly<Record<string, Broken>> = {
  'ping/pong': { pong: () => [] },
  'ping/payload': { pong: (right) => [right.toString() === 'recker-8' ? Buffer.from('other') : right] },
  'ping/payload-125': {
    pong: (right) => [right.length === 125 && right[0] === 255 ? right.subarray(0, 64) : right],
  },
  'ping/empty': { pong: (right) => [right.length === 0 ? Buffer.from('x') : right] },
  'ping/several': { pong: (right) => [right, right] },
  'ping/unsolicited-pong': refuses(({ opcode, payload }) => opcode === 10 && payload.toString() === 'recker'),

  'close/answered': { ...closes(isUsualClose, undefined), also: ['messages/close-between'] },
  'close/code-returned': closes(isUsualClose, body(1001)),
  'close/empty': closes((payload) => payload.length === 0, undefined),
  'close/empty-code': closes((payload) => payload.length === 0, body(1005)),
  'close/reason-123': closes((payload) => payload.length === 125, undefined),
  'close/code-3000': refusesCode(3000),
  'close/code-4999': refusesCode(4999),
  'close/code-1005': returns(1005),
  'close/code-1006': returns(1006),
  'close/code-1015': returns(1015),
  'close/code-999': returns(999),
  'close/code-1004': returns(1004),
  'close/code-5000': returns(5000),
  'close/one-byte': takes(({ opcode, payload }) => opcode === 8 && payload.length === 1),
  'close/one-byte-code': {
    ...takes(({ opcode, payload }) => opcode === 8 && payload.length === 1),
    ...closes((payload) => payload.length === 1, body(1000)),
  },
  'close/reason-utf8': { refuses: (right) => (right === 1007 ? undefined : right) },
  'close/data-after': {
    endTcp: ({ socket }, end, why) => {
      if (why === 'closed') socket.write(Buffer.from([0x81, 0]));
      end();
    },
  },
  'close/tcp-ended': {
    endTcp: (_peer, end, why) => (why === 'closed' ? undefined : end()),
    also: ['limits/close-then-flood'],
  },
  'close/tcp-ended-after-fault': { endTcp: (_peer, end, why) => (why === 'failed' ? undefined : end()) },
  'close/says-1002': { refuses: (right, { opcode }) => (opcode === 3 ? 0 : right) },
  'close/says-1007': { text: (right, bytes) => (bytes.equals(Buffer.from('63ff63', 'hex')) ? 0 : right) },
  'close/client-fin': { clientFin: () => {} },

  'limits/large-message': after(
    ({ length }) => length >= 2n ** 20n,
    1,
    (peer) => peer.mute(),
  ),
  'limits/declared-length': { tooLarge: (_peer, server) => server.sticks(STUCK) },
  'limits/says-1009': { tooLarge: (peer) => peer.fail(1008) },
  'limits/fragments': after(
    ({ opcode }) => opcode === 0,
    100,
    (peer) => peer.mute(),
  ),
  'limits/pings': {
    ...after(
      ({ opcode }) => opcode === 9,
      100,
      () => {},
    ),
    also: ['limits/slow-reader'],
  },
  'limits/slow-reader': after(
    ({ opcode, payload }) => opcode === 9 && payload[0] === 0x70 && payload.length === 125,
    500,
    (peer) => peer.server.sticks(STUCK),
  ),
  'limits/slow-sender': afterTinyPieces((server) => {
    // Frames in pieces are checked before, when there were fewer connections.
    if (server.accepted > 90) server.sticks(STUCK);
  }),
  'limits/half-handshakes': halfHandshakes(),
  'limits/close-then-flood': {
    endTcp: ({ socket }, end) => {
      let isFlooded = false;
      socket.on('data', ({ length }: Buffer) => {
        isFlooded ||= length > 1000;
      });
      setTimeout(() => {
        if (!isFlooded) end();
      }, 100);
    },
  },

  'lifecycle/half-open': { options: { halfOpenTimeout: 1500 } },
  'lifecycle/keeps-idle': {
    opened: (peer) => {
      let timer = setTimeout(() => peer.end(), 800);
      peer.socket.on('data', (bytes: Buffer) => {
        // A Pong keeps nothing alive.
        if ((bytes[0] ?? 0) === 0x8a) return;
        clearTimeout(timer);
        timer = setTimeout(() => peer.end(), 800);
      });
      peer.socket.on('close', () => clearTimeout(timer));
    },
    options: { halfOpenTimeout: 2000 },
  },
  'lifecycle/drops': resets(1),
  'lifecycle/closes': tenCloses(),
  'lifecycle/leaves-early': resets(2),
  'lifecycle/clients': {
    connected: (socket, server) => {
      if (server.sockets.size > 25) socket.destroy();
    },
  },
  'lifecycle/served-afterwards': afterwards(),

  'restart/announced': { restarts: (server) => server.restart(undefined) },
  'restart/back': {
    restarts: (server) => server.restart(1012, 5000),
    options: { restartTimeout: 1500 },
    also: ['lifecycle/served-afterwards'],
  },
  'restart/retry-after': (() => {
    let busyUntil = 0;
    return {
      answer: (right) => (performance.now() < busyUntil ? { status: 503, headers: {} } : right),
      restarts: (server) => {
        busyUntil = performance.now() + 400;
        return server.restart(1001);
      },
    };
  })(),
};
