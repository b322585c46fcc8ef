/**
 * Under the fake timers of a test: I/O goes on as raw ws' does, and the times of the chart are theirs to move.
 */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { mock } from 'node:test';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WebSocketServer } from 'ws';
import * as wsPackage from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { bundle } from '../browser/support.js';

type Scenes = Readonly<Record<string, () => Promise<string>>>;
interface ScenesModule {
  (lib: unknown, url: string, deadPort: number, options?: WebSocketOptions): Scenes;
  readonly EXPECTED: Readonly<Record<string, string>>;
  serve(ws: typeof wsPackage): Promise<WebSocketServer>;
}
const scenes = createRequire(import.meta.url)('./scenes.cjs') as ScenesModule;

let server: WebSocketServer;
let url: string;
let deadPort: number;
beforeAll(async () => {
  server = await scenes.serve(wsPackage);
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const unused = createServer().listen(0, '127.0.0.1');
  await once(unused, 'listening');
  deadPort = (unused.address() as AddressInfo).port;
  unused.close();
  await once(unused, 'close');
});
afterAll(() => {
  for (const peer of server.clients) peer.terminate();
  server.close();
});

/** What a test can fake, and how it is undone. */
type Faking = () => () => void;

/** None of it ever runs. Not `process.nextTick`: Node's own sockets need it, where it is not Jest's copy of `process`. */
const frozen: Faking = () => {
  const { setTimeout, setInterval, setImmediate, queueMicrotask } = globalThis;
  const never = () => 0 as never;
  Object.assign(globalThis, {
    setTimeout: never,
    setInterval: never,
    setImmediate: never,
    queueMicrotask: never,
  });
  return () => {
    Object.assign(globalThis, { setTimeout, setInterval, setImmediate, queueMicrotask });
  };
};

const FAKES: Readonly<Record<string, Faking>> = {
  "node:test's": () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
    return () => mock.timers.reset();
  },
  "Vitest's": () => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  },
  "Vitest's, queueMicrotask too": () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date', 'performance'],
    });
    return () => vi.useRealTimers();
  },
  'timers, setImmediate and queueMicrotask that never run:': frozen,
};

describe.each(Object.entries(FAKES))('%s fakes', (_name, fake) => {
  let restore: () => void = () => {};
  afterEach(() => restore());

  for (const [name, expected] of Object.entries(scenes.EXPECTED)) {
    it(name, async () => {
      restore = fake();
      const result = await scenes(ReckerWebSocket, url, deadPort)[name]?.();
      restore();
      expect(result).toBe(expected);
    });
  }
});

describe('the times of the chart', () => {
  afterEach(() => {
    vi.useRealTimers();
    mock.timers.reset();
  });

  it.each<[string, () => (ms: number) => unknown]>([
    [
      "Vitest's",
      () => {
        vi.useFakeTimers();
        return (ms) => vi.advanceTimersByTime(ms);
      },
    ],
    [
      "node:test's",
      () => {
        mock.timers.enable({ apis: ['setTimeout'] });
        return (ms) => mock.timers.tick(ms);
      },
    ],
  ])('%s fake timers drive the back-off', async (_name, fake) => {
    const advance = fake();
    const ws = new ReckerWebSocket(url, {
      reconnect: true,
      reconnectDelay: 60_000,
      maxReconnectDelay: 60_000,
    });
    await ws.connect();
    const lost = new Promise((resolve) => ws.once('reconnecting', (...args) => resolve(args)));
    ws.send('bye');
    expect(await lost).toEqual([1, 60_000]);
    advance(59_999);
    expect(ws.state).toBe('backoff');
    const back = new Promise((resolve) => ws.once('open', ({ reconnected }) => resolve(reconnected)));
    advance(1);
    expect(ws.state).toBe('reconnecting');
    expect(await back).toBe(true);
    await ws.close();
  });
});

describe('a page without TextEncoder, MessageChannel, setImmediate and queueMicrotask', () => {
  it('imports the build for browsers and does all ten', { timeout: 60_000 }, async () => {
    const { code } = await bundle(
      "import { ReckerWebSocket } from 'recker'; globalThis.lib = ReckerWebSocket;",
    );
    const page = {
      URL,
      AbortController,
      Blob,
      WebSocket: wsPackage.WebSocket,
      setTimeout,
      clearTimeout,
      performance,
    };
    const lib = runInNewContext(`globalThis.global = undefined; ${code}; globalThis.lib`, page);
    const results = Object.entries(scenes(lib, url, deadPort)).map(async ([name, play]) => [
      name,
      await play(),
    ]);
    expect(Object.fromEntries(await Promise.all(results))).toEqual(scenes.EXPECTED);
  });
});
