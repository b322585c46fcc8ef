/** The ready driver, on a class around the client: each path runs, and what breaks a promise is named. */
import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { connectionPaths, fakePathDriver, type PathStep, runPath } from '../../src/testing/index.js';

/** A user's own class around the client: subscribes anew on each connection, and keeps the newest price. */
class PriceFeed {
  readonly socket: ReckerWebSocket;
  price: number | undefined;
  status = 'offline';

  constructor(options: WebSocketOptions) {
    this.socket = new ReckerWebSocket('wss://prices.example.com', options);
    this.socket.on('state', (state) => {
      this.status = state === 'open' ? 'live' : state === 'closed' ? 'ended' : 'offline';
    });
    this.socket.on('open', () => void this.socket.sendJSON({ subscribe: 'EURUSD' }));
    this.socket.on('message', ({ data }) => {
      this.price = Number(data);
    });
    this.socket.on('error', () => {});
  }
}

const paths = connectionPaths();

describe('fakePathDriver()', () => {
  let feed: PriceFeed;
  let price = 0;
  const seen: string[] = [];
  const driver = fakePathDriver({
    make(options) {
      feed = new PriceFeed(options);
      return feed.socket;
    },
    check(step: PathStep, { transport, isFrozen, client }) {
      seen.push(step.value);
      assert.equal(client, feed.socket);
      if (step.state === 'closed') assert.equal(feed.status, 'ended');
      if (step.state !== 'open') return;
      assert.equal(feed.status, 'live');
      assert.deepEqual(transport.last.sent, ['{"subscribe":"EURUSD"}']);
      if (isFrozen) return;
      price += 1;
      transport.last.message(String(price));
      assert.equal(feed.price, price);
    },
  });

  it.each(paths.map((path) => [path.id, path] as const))('%s', async (_id, path) => {
    const before = seen.length;
    await runPath(path, driver);
    expect(seen.slice(before)).toEqual(path.steps.map(({ value }) => value));
    expect(driver.transport.live).toEqual([]);
  });
});

describe('a fault in the class around the client', () => {
  const failures = async (broken: (options: WebSocketOptions) => ReckerWebSocket): Promise<string[]> => {
    const reported: string[] = [];
    const driver = fakePathDriver({ make: broken });
    for (const path of paths) {
      await runPath(path, driver).catch((error: Error) => reported.push(error.message));
    }
    return reported;
  };

  it('that does not pass the signal on is named', async () => {
    const reported = await failures(({ signal: _, ...options }) => {
      const ws = new ReckerWebSocket('wss://example.com', options);
      return ws.on('error', () => {});
    });
    expect(reported.length).toBeGreaterThan(3);
    expect(reported[0]).toMatch(/^Path idle:abort, step 1 of 1, .* the client is idle and should be closed$/);
  });

  it('that closes at the first loss is named', async () => {
    const reported = await failures((options) => {
      const ws = new ReckerWebSocket('wss://example.com', options);
      ws.on('reconnecting', () => void ws.close());
      return ws.on('error', () => {});
    });
    expect(reported.length).toBeGreaterThan(5);
    expect(reported.join('\n')).toMatch(/the client is closed and should be backoff/);
  });
});

it('has no client before the first path', () => {
  const driver = fakePathDriver({ make: (options) => new ReckerWebSocket('wss://example.com', options) });
  expect(() => driver.client).toThrow('No path has begun yet');
});
