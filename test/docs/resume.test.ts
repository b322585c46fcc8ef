/** The recipe for resumption, over real sockets that are cut at random moments. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EventFeed } from '../../examples/recipes/resume.js';
import { EventServer } from '../../examples/recipes/resume.server.js';
import { TcpRelay } from '../../src/testing/relay.js';
import { Random } from '../support/random.js';

const EVENTS = 10_000;
const CUTS = 1000;
/** A cut after fewer bytes than these is in the handshake, in `prepare`, or between or inside of events. */
const MOST_BYTES = 900;

it('reports 10,000 events once and in order, or in a gap, over 1,000 cuts', {
  timeout: 120_000,
}, async () => {
  const random = new Random(27);
  const events = new EventServer(12);
  const server = await events.listen();
  const relay = await TcpRelay.start({ port: Number(new URL(server.baseUrl).port) });

  let expected = 1;
  let received = 0;
  const gaps: (readonly [from: number, to: number])[] = [];
  const problems: string[] = [];
  const feed = new EventFeed(
    relay.url(),
    {
      after: 0,
      onEvent({ id, data }) {
        if (id !== expected || data !== `event ${id}`)
          problems.push(`${id} (${data}) instead of ${expected}`);
        expected = id + 1;
        received += 1;
      },
      onGap(from, to) {
        if (from !== expected || to < from) problems.push(`gap ${from} to ${to}, expected ${expected}`);
        expected = to + 1;
        gaps.push([from, to]);
      },
    },
    { reconnectDelay: 1, maxReconnectDelay: 1, maxReconnectAttempts: 0 },
  );
  const cuts = { connecting: 0, preparing: 0, open: 0 };
  feed.socket.on('state', (state, previous) => {
    if (state !== 'backoff') return;
    if (previous === 'preparing' || previous === 'open') cuts[previous] += 1;
    else cuts.connecting += 1;
  });
  const total = () => cuts.connecting + cuts.preparing + cuts.open;
  const publish = () => events.publish(`event ${events.newest + 1}`);

  feed.socket.connect();
  while (total() < CUTS) {
    const before = total();
    // Half of the cuts are after a number of bytes, half after a time.
    if (random.chance(0.5)) relay.cutAfter(random.int(MOST_BYTES));
    for (let left = random.int(8); total() === before; left -= 1) {
      const most = Math.min(EVENTS, (before * EVENTS) / CUTS + random.int(40));
      for (let count = random.int(6); count > 0 && events.newest < most; count -= 1) publish();
      if (left <= 0) relay.reset();
      await sleep(random.int(2));
    }
  }
  await feed.socket.connect();
  while (events.newest < EVENTS) publish();
  while (feed.last !== EVENTS) await once(feed.socket, 'message');
  await feed.socket.close();
  await relay.close();
  await server.stop();

  expect(problems).toEqual([]);
  expect(expected).toBe(EVENTS + 1);
  expect(received + gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0)).toBe(EVENTS);
  // The cuts reached every stage of a connection, and the server forgot some events and kept most.
  expect(Math.min(...Object.values(cuts))).toBeGreaterThan(CUTS / 20);
  expect(gaps.length).toBeGreaterThan(10);
  expect(received).toBeGreaterThan(EVENTS / 2);
});
