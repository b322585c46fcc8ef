/** The seed's examples from "Connection Management" to "Heartbeat", as they stand, against a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { block } from './examples.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.start();
});
afterEach(() => stage.end());

describe('Connection Management', () => {
  it('Connect', async () => {
    await stage.run('Connection Management › Connect');
    expect(stage.ws.isConnected).toBe(true);
    await stage.server.waitForConnection();
  });

  it('Close: the first call counts, a second one joins it', async () => {
    const ws = await stage.open();
    await stage.run('Connection Management › Close', { ws });
    await ws.close();
    await stage.server.waitFor(({ ended }) => ended === 1);
    expect(stage.server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('Close: with code and reason', async () => {
    const ws = await stage.open();
    const [, withReason = ''] = block('Connection Management › Close').code.split('\n\n');
    await stage.runCode(withReason, { ws });
    await stage.server.waitFor(({ closes }) => closes.length === 1);
    expect(stage.server.seen.closes).toEqual([{ code: 1000, reason: 'Client closing' }]);
  });

  it('Ping: a Ping frame, and no message', async () => {
    const ws = await stage.open();
    ws.on('pong', () => stage.check());
    await stage.run('Connection Management › Ping', { ws });
    await stage.until(() => ws.latency !== undefined);
    expect(stage.server.seen).toMatchObject({ pings: 1, messages: [] });
  });

  it('Check Connection State: connected', async () => {
    await stage.run('Connection Management › Check Connection State', { ws: await stage.open() });
    expect(stage.printed).toEqual(['log 1']);
    expect((await stage.server.waitForMessage()).data).toBe('Hello!');
  });

  it('Check Connection State: not connected, and the numbers of its comments', async () => {
    const ws = new ReckerWebSocket(stage.server.url());
    await stage.run('Connection Management › Check Connection State', { ws });
    expect(stage.printed).toEqual(['log 3']);
    expect(ws.stats().queuedMessages).toBe(0);

    const { code } = block('Connection Management › Check Connection State');
    const documented = [...code.matchAll(/WebSocket\.(\w+) = (\d)/g)].map(([, name, value]) => [name, value]);
    expect(documented).toHaveLength(4);
    for (const [name, value] of documented) expect(ReckerWebSocket).toHaveProperty(name ?? '', Number(value));
  });
});

describe('Auto-Reconnection', () => {
  it('Basic Reconnection: the counter resets on a successful connection', async () => {
    const { server, clock } = stage;
    await stage.run('Auto-Reconnection › Basic Reconnection', { client: stage.client() });
    for (const round of [1, 2, 3]) {
      await stage.prints('log Connected!', round);
      await server.waitForConnection(round);
      server.terminateAll();
      await stage.prints('log Reconnect attempt 1 in 1000ms', round);
      await clock.advanceAsync(1000);
    }
    await stage.prints('log Connected!', 4);
  });

  it('Exponential Backoff: the delays are those of its table', async () => {
    const table = [
      ...block('Auto-Reconnection › Exponential Backoff').code.matchAll(/Attempt (\d): (\d+)ms/g),
    ];
    const documented = table.map(([, attempt, delay]) => [Number(attempt), Number(delay)]);
    expect(documented).toHaveLength(5);

    await stage.run('Auto-Reconnection › Basic Reconnection', { client: stage.client() });
    const delays = stage.delaysOf(stage.ws);
    await stage.prints('log Connected!');
    await stage.server.stop();
    for (const [attempt = 0, delay = 0] of documented) {
      await stage.until(() => delays.length === attempt);
      // One millisecond early there is no dial yet: the delay is exact.
      await stage.clock.advanceAsync(delay - 1);
      expect(stage.ws.state).toBe('backoff');
      await stage.clock.advanceAsync(1);
    }
    await stage.until(() => stage.ws.state === 'exhausted');
    expect(delays).toEqual(documented);
  });

  it('Infinite Reconnection: goes on after thirty failures', async () => {
    const { server, clock } = stage;
    server.refuse(503);
    await stage.run('Auto-Reconnection › Infinite Reconnection', { client: stage.client() });
    const delays = stage.delaysOf(stage.ws);
    for (let failures = 1; failures <= 30; failures += 1) {
      await stage.until(() => delays.length === failures);
      await clock.advanceAsync(delays.at(-1)?.[1] ?? 0);
    }
    await stage.until(() => delays.length === 31);
    server.accept();
    await clock.advanceAsync(30_000);
    await stage.until(() => stage.ws.isConnected);
  });

  it('Manual Reconnection Handling: after three attempts, again in a minute', async () => {
    const { server, clock } = stage;
    await server.stop();
    await stage.run('Auto-Reconnection › Manual Reconnection Handling', {
      client: stage.client(),
      setTimeout: clock.setTimeout,
    });
    const delays = stage.delaysOf(stage.ws);
    for (const attempt of [1, 2, 3]) {
      await stage.until(() => delays.length === attempt);
      await clock.advanceAsync(delays.at(-1)?.[1] ?? 0);
    }
    await stage.prints('log Max retries reached. Trying manual reconnect in 60s...');
    expect(stage.ws.state).toBe('exhausted');

    await server.restart();
    await clock.advanceAsync(59_999);
    expect(stage.ws.state).toBe('exhausted');
    await clock.advanceAsync(1);
    await stage.until(() => stage.ws.isConnected);
  });
});

describe('Heartbeat / Keep-Alive', () => {
  it('a Ping every 30 seconds, and none at all where the interval is 0', async () => {
    const { server, clock } = stage;
    await stage.run('Heartbeat / Keep-Alive', { client: stage.client() });
    const [ws, silent] = stage.made;
    ws?.on('pong', () => stage.check());
    await stage.until(() => ws?.isConnected === true && silent?.isConnected === true);
    for (const round of [1, 2, 3]) {
      // The half minute less one millisecond: the cadence holds over answered Pings.
      await clock.advanceAsync(29_999);
      expect(server.seen.pings).toBe(round - 1);
      await clock.advanceAsync(1);
      await server.waitFor(({ pings }) => pings === round);
      await stage.until(() => ws?.latency !== undefined);
    }
    expect(server.seen).toMatchObject({ messages: [], pings: 3 });
    expect(silent?.latency).toBeUndefined();
  });

  it('Manual Ping: one now, and one every 15 seconds', async () => {
    const { server, clock } = stage;
    const setInterval = (act: () => void, ms: number): unknown =>
      clock.setTimeout(() => {
        act();
        setInterval(act, ms);
      }, ms);
    const ws = await stage.open({ heartbeatInterval: 0 });
    await stage.run('Heartbeat / Keep-Alive › Manual Ping', { ws, setInterval });
    await clock.advanceAsync(45_000);
    await server.waitFor(({ pings }) => pings === 4);
    expect(server.seen.messages).toEqual([]);
  });
});
