/**
 * Who waits, in each state that ends by a call or an abort: promises of connect() and send(), iterators. What is emitted is
 * in the hand-written table.
 */
import { expect, it } from 'vitest';
import { type ConnectionState, ReckerWebSocket } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

class Scene {
  readonly transport = fakeTransport();
  readonly clock = new VirtualClock();
  readonly abort = new AbortController();
  readonly ws = new ReckerWebSocket('ws://localhost/', {
    transport: this.transport,
    clock: this.clock,
    signal: this.abort.signal,
    reconnect: true,
    reconnectDelay: 1000,
  });

  open(): void {
    void this.ws.connect();
    this.transport.last.open();
  }

  lose(): void {
    this.open();
    this.transport.last.end();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const nameOf = (error: Error) => error.name;

/** How each state is reached, and what becomes of a message there. */
const STATES: readonly [string, ConnectionState, (scene: Scene) => void, string][] = [
  ['connecting', 'connecting', ({ ws }) => void ws.connect(), 'AbortError'],
  [
    'closing (ours)',
    'closing',
    (scene) => {
      scene.open();
      void scene.ws.close();
    },
    'StateError',
  ],
  [
    "closing (peer's)",
    'closing',
    (scene) => {
      scene.open();
      scene.transport.last.peerClose(4001, 'peer');
    },
    'AbortError',
  ],
  ['backoff', 'backoff', (scene) => scene.lose(), 'AbortError'],
  [
    'reconnecting',
    'reconnecting',
    (scene) => {
      scene.lose();
      scene.clock.advance(1000);
    },
    'AbortError',
  ],
];

/** What ends the client, and what an iterator that holds nothing says then. */
const ENDS: readonly [string, (scene: Scene) => void, string][] = [
  ['close()', ({ ws }) => void ws.close(4002, 'ours'), 'done'],
  ['terminate()', ({ ws }) => ws.terminate(), 'done'],
  ['an abort', ({ abort }) => abort.abort(), 'AbortError'],
];

const CASES = STATES.flatMap(([name, ...state]) =>
  ENDS.map(([end, ...rest]) => [name, end, ...state, ...rest] as const),
);

it.each(CASES)('%s, ended by %s', async (_name, _end, state, reach, ofMessage, act, ofIterator) => {
  const scene = new Scene();
  const { ws, transport } = scene;
  reach(scene);
  expect(ws.state).toBe(state);
  const outcomes = Promise.all([
    ws.connect().then(() => 'connected', nameOf),
    ws.send('waiting').then(() => 'sent', nameOf),
    ws[Symbol.asyncIterator]()
      .next()
      .then(({ done }) => (done ? 'done' : 'message'), nameOf),
  ]);
  act(scene);
  // A close handshake is over when the connection is gone.
  if (ws.state === 'closing') transport.last.end();
  await settled();
  expect(ws.state).toBe('closed');
  expect(await outcomes).toEqual(['AbortError', ofMessage, ofIterator]);
  expect(transport.live).toEqual([]);
  expect(scene.clock.pending).toEqual([]);
});
