/** Reported times are whole milliseconds, whatever the clock gives; round trips alone are not. */
import { expect, it } from 'vitest';
import { type Failure, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, fakeTransport, VirtualClock } from '../../src/testing/index.js';

it('on a clock with fractions', async () => {
  const clock = new VirtualClock(1_000_000);
  // As `performance.now()`: no reading is whole.
  const readings = { ...clock, now: () => clock.now() * 1.000_37 + 0.123 };
  const transport = fakeTransport();
  const told: number[] = [];
  const failures: Failure[] = [];
  const ws = new ReckerWebSocket('ws://example.test/', {
    clock: readings,
    transport,
    random: () => 0.123_456,
    reconnect: true,
    reconnectJitter: 'full',
    shouldReconnect: (failure) => {
      failures.push(failure);
      return true;
    },
  } satisfies WebSocketOptions);
  ws.on('open', ({ downtime }) => told.push(downtime));
  ws.on('reconnecting', (_attempt, delay) => told.push(delay));
  const rtts: number[] = [];
  ws.on('pong', (rtt) => rtts.push(rtt));
  void ws.connect();
  for (let round = 0; round < 3; round += 1) {
    transport.last.open();
    clock.advance(1234);
    transport.last.message('x');
    ws.ping();
    clock.advance(7);
    transport.last.pong();
    const { since, lastReceivedAt } = ws.stats();
    told.push(since, lastReceivedAt as number);
    transport.last.end();
    clock.advance(1000);
  }
  expect(failures.map(({ uptime }) => uptime)).toEqual([1241, 1241, 1241]);
  told.push(...failures.map(({ uptime }) => uptime));
  expect(told).toHaveLength(3 + 3 + 6 + 3);
  expect(told.filter((time) => !Number.isInteger(time))).toEqual([]);
  expect(rtts).toHaveLength(3);
  expect(rtts.filter(Number.isInteger)).toEqual([]);
});

it('in real time', async () => {
  await using server = await FaultServer.start();
  await using ws = new ReckerWebSocket(server.url(), { reconnect: true, reconnectDelay: 3 });
  const opened = (): Promise<number> =>
    new Promise((resolve) => ws.once('open', ({ downtime }) => resolve(downtime)));
  await ws.connect();
  await server.waitForConnection();
  const downtime = opened();
  server.resetAll();
  expect(await downtime).toSatisfy(Number.isInteger);
  expect(await downtime).toBeGreaterThanOrEqual(2);
  expect(ws.stats().since).toSatisfy(Number.isInteger);
});
