/**
 * Peers that are slow and there: none of them may be taken for dead. A minute in virtual time; over real sockets
 * as long as RECKER_ALIVE_MS says, all beside each other.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { FaultServer, fakeTransport, TcpRelay, VirtualClock } from '../../src/testing/index.js';
import { Program } from './program.js';
import { client, EXAMPLE, endAll, kept, note, sleep } from './support.js';

afterAll(endAll);

const LASTS = Number(process.env.RECKER_ALIVE_MS ?? 8000);
const limits = { timeout: LASTS + 15_000 };

function expectKept(row: string, reported: { timeouts: number; closes: number; pongs: number }): void {
  note(
    `slow but alive: ${row}`,
    `no time-out in ${LASTS / 1000} s`,
    `${reported.timeouts} of ${reported.pongs} answers`,
  );
  expect(reported).toMatchObject({ timeouts: 0, closes: 0 });
}

describe.concurrent('over real sockets', () => {
  async function stage(delay: number, options: object = {}) {
    const server = kept(await FaultServer.start());
    const relay = kept(await TcpRelay.start({ port: server.port }));
    relay.delay(delay);
    const { ws, diary } = client(relay.url(), options);
    await ws.connect();
    const reported = () => ({
      timeouts: diary.count('heartbeat-timeout'),
      closes: diary.count('close'),
      pongs: diary.count('pong'),
    });
    return { server, ws, diary, reported };
  }

  it.concurrent('300 ms each way, idle, the time-out longer than one direction', limits, async () => {
    const { ws, reported } = await stage(300, { heartbeatTimeout: 1000 });
    await sleep(LASTS);
    expectKept('300 ms each way, idle, timeout 1 s', reported());
    expect(ws.latency).toBeGreaterThanOrEqual(595);
    expect(reported().pongs).toBeGreaterThanOrEqual(Math.floor(LASTS / 2000) - 1);
  });

  it.concurrent('300 ms each way, data flows, and each Pong is later than the time-out', limits, async () => {
    const { server, reported } = await stage(300);
    const timer = setInterval(() => server.broadcast('tick'), 100);
    await sleep(LASTS);
    clearInterval(timer);
    expectKept('300 ms each way, data flows, Pongs late', reported());
  });

  it.concurrent('data flows, and Pongs never come', limits, async () => {
    const { server, reported } = await stage(0);
    server.setPongs(false);
    const timer = setInterval(() => server.broadcast('tick'), 100);
    await sleep(LASTS);
    clearInterval(timer);
    expectKept('data flows, no Pongs', reported());
  });

  it.concurrent('we read nothing for a while', limits, async () => {
    const { server, ws, reported } = await stage(0, { receiveQueue: { maxMessages: 2 } });
    const messages = ws[Symbol.asyncIterator]();
    // Enough that nothing can come through while the socket is paused.
    for (let count = 0; count < 200; count += 1) server.broadcast(Buffer.alloc(65_536, count));
    await sleep(LASTS);
    expect(ws.stats().paused).toBe(true);
    expectKept('reading paused by us', reported());
    for (let count = 0; count < 200; count += 1) {
      const { value } = await messages.next();
      expect(Buffer.alloc(65_536, count).equals(value?.data as Buffer), `message ${count}`).toBe(true);
    }
    await messages.return(undefined);
    // Judged again, and found alive.
    const before = reported().pongs;
    await sleep(2500);
    expect(reported()).toMatchObject({ timeouts: 0, closes: 0 });
    expect(reported().pongs).toBeGreaterThan(before);
  });

  it.concurrent('our own loop is blocked past the time-out, the Pong in the kernel', limits, async () => {
    const program = kept(new Program('blocked', [JSON.stringify(EXAMPLE), String(LASTS)]));
    const reported = await program.says('timeouts');
    expectKept('own loop blocked 0.9 s at a time', reported as never);
    expect(reported.pongs).toBeGreaterThan(0);
  });
});

describe('a minute of virtual time', () => {
  it.each([
    ['data and no Pong', (now: number) => now % 400 === 0, () => false],
    ['each Pong after 450 ms and nothing else', () => false, (since: number) => since === 450],
    [
      'data until the Ping, each Pong 450 ms late',
      (now: number) => now % 1000 < 500,
      (since: number) => since === 450,
    ],
  ])(
    '%s',
    async (_name, speaks, answers) => {
      const clock = new VirtualClock(0);
      const transport = fakeTransport();
      const ws = new ReckerWebSocket('ws://h/', { ...EXAMPLE, transport, clock });
      const connected = ws.connect();
      transport.last.open();
      await connected;
      const peer = transport.last;
      let [pings, pingedAt] = [0, 0];
      for (let now = 50; now <= 60_000; now += 50) {
        await clock.advanceAsync(50);
        if (peer.pings > pings) [pings, pingedAt] = [peer.pings, now];
        if (speaks(now)) peer.message('tick');
        if (pings > 0 && answers(now - pingedAt)) peer.pong();
      }
      expect(ws.state).toBe('open');
      expect(pings).toBeGreaterThanOrEqual(59);
      // And one that then says nothing is found.
      await clock.advanceAsync(1500);
      expect(ws.state).not.toBe('open');
      void ws.close();
    },
    30_000,
  );
});
