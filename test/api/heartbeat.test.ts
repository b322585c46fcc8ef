/** The heartbeat over real sockets in virtual time: half-open connections through a relay that can freeze. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket, TimeoutError, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { TcpRelay } from '../../src/testing/relay.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';
import { type Journal, keepJournal, Watch } from '../support/journal.js';

let server: FaultServer;
let relay: TcpRelay;
let clock: VirtualClock;
let ws: ReckerWebSocket;
let journal: Journal;
let answers: number;
const watch = new Watch();

beforeEach(async () => {
  server = await FaultServer.start();
  relay = await TcpRelay.start({ port: server.port });
  clock = new VirtualClock(1_000_000);
});
afterEach(async () => {
  const closed = ws.close();
  await relay.close();
  await server.stop();
  await closed;
});

async function open(options: WebSocketOptions = {}, url = relay.url('/')): Promise<void> {
  ws = new ReckerWebSocket(url, { reconnect: true, clock, ...options });
  journal = keepJournal(ws);
  answers = 0;
  ws.on('pong', () => {
    answers += 1;
    watch.check();
  });
  await ws.connect();
  await server.waitForConnection();
}

const answered = (count: number): Promise<void> => watch.until(() => answers === count);

/** RFC 6455 §5.5.2 */
const PING = 9;

describe('a peer that is gone without a FIN', () => {
  it('heartbeat-timeout, close 1006 at once, and a new dial', async () => {
    await open();
    let info: unknown;
    ws.on('close', (_code, _reason, told) => {
      info = told;
    });
    relay.freeze();
    await clock.advanceAsync(30_000 + 9999);
    expect(journal.take()).toEqual(['open']);

    // No closing handshake, with a peer that cannot answer one: not a millisecond passes from one to the other.
    await clock.advanceAsync(1);
    await journal.seen('reconnecting');
    expect(journal.take()).toEqual(['heartbeat-timeout', 'close 1006', 'reconnecting 1 1000']);
    expect(info).toMatchObject({ wasClean: false, willReconnect: true });
    expect(info).toHaveProperty('error', expect.any(TimeoutError));
    expect(info).toHaveProperty('error.phase', 'heartbeat');

    relay.thaw();
    await clock.advanceAsync(1000);
    await journal.seen('open');
    expect(relay.total).toBe(2);
    await server.waitFor(({ ended }) => ended === 1);
    expect(server.seen.closes).toEqual([]);
  });

  it('is found again on the connection that replaced it', async () => {
    await open({ heartbeatInterval: 1000, heartbeatTimeout: 500 });
    for (const round of [1, 2, 3]) {
      relay.freeze();
      await clock.advanceAsync(1500);
      await journal.seen('heartbeat-timeout', round);
      relay.thaw();
      await clock.advanceAsync(1000);
      await journal.seen('open', round + 1);
    }
    expect(relay.total).toBe(4);
  });

  it('ends without reconnect: closed, and still no error thrown', async () => {
    await open({ reconnect: false });
    relay.freeze();
    await clock.advanceAsync(40_000);
    await journal.seen('close');
    expect(journal.lines).toEqual(['open', 'heartbeat-timeout', 'close 1006']);
    expect(ws.state).toBe('closed');
    expect(clock.pending).toEqual([]);
  });
});

describe('a peer that is there', () => {
  it('is sent Ping frames on the interval, and never text', async () => {
    await open();
    for (const round of [1, 2, 3, 4]) {
      await clock.advanceAsync(29_999);
      expect(server.seen.pings).toBe(round - 1);
      await clock.advanceAsync(1);
      await answered(round);
    }
    expect(server.seen.frames.map(({ opcode }) => opcode)).toEqual([PING, PING, PING, PING]);
    expect(server.seen.messages).toEqual([]);
    expect(journal.lines).toEqual(['open']);
  });

  it('is sent a Ping every interval also where that is shorter than the timeout, and lost when it freezes', async () => {
    await open({ heartbeatInterval: 1000, heartbeatTimeout: 5000 });
    for (let second = 1; second <= 20; second += 1) {
      await clock.advanceAsync(1000);
      await answered(second);
      expect(server.seen.pings).toBe(second);
    }
    expect(journal.lines).toEqual(['open']);

    relay.freeze();
    await clock.advanceAsync(5000 + 5000);
    await journal.seen('heartbeat-timeout');
  });

  it('answers in time where its Pong has arrived in the kernel and this process was busy', async () => {
    // Without the relay, which would be as busy as the rest of this process.
    await open({}, server.url());
    clock.advance(30_000);
    const askedTooEarly = await new Promise<boolean>((resolve) => {
      void server
        .waitFor(({ pings }) => pings === 1)
        .then(() => {
          // Busy past the timer below: it fires in the next turn of the loop, before the poll that reads the Pong.
          setTimeout(() => {
            const unread = answers === 0;
            clock.advance(10_000);
            resolve(unread);
          }, 1);
          const until = performance.now() + 30;
          while (performance.now() < until);
        });
    });
    await answered(1);
    expect(askedTooEarly).toBe(true);
    await clock.advanceAsync(0);
    expect(journal.lines).toEqual(['open']);
  });

  it('need not send Pongs: any byte it sends is an answer', async () => {
    await open();
    server.setPongs(false);
    for (const round of [1, 2, 3]) {
      await clock.advanceAsync(30_000);
      await server.waitFor(({ pings }) => pings === round);
      server.broadcast('still here');
      await journal.seen('message', round);
    }
    await clock.advanceAsync(10_000);
    expect(journal.lines).toEqual(['open', ...Array(3).fill('message still here')]);
  });
});

describe('heartbeatInterval: 0', () => {
  it('sends nothing and waits for nothing', async () => {
    await open({ heartbeatInterval: 0 });
    expect(clock.pending).toEqual([]);
    await clock.advanceAsync(24 * 3_600_000);
    expect(ws.isConnected).toBe(true);
    ws.send('the only frame');
    await server.waitForMessage();
    expect(server.seen.frames).toHaveLength(1);
  });
});
