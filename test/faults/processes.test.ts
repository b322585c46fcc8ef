/**
 * Processes that are killed, stopped and continued: the server's and the client's own. The rows that last ten
 * seconds run beside each other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { Program, type Said } from './program.js';
import { client, DEAD_AFTER, EXAMPLE, endAll, GRACE, inTime, kept, note, sleep } from './support.js';

afterAll(endAll);

/** How long a process is stopped: the table's 10 s. */
const STOPPED = 10_000;

async function startServer(port = 0): Promise<{ program: Program; url: string; port: number }> {
  const program = kept(new Program('server', [String(port)]));
  const { port: taken } = await program.says('port');
  return { program, port: Number(taken), url: `ws://127.0.0.1:${taken}/` };
}

/** A client in a process of its own, behind a relay; `pings` has the times of Pings, on the scale of `Date.now()`. */
async function startClient(options: object = {}) {
  const server = kept(await FaultServer.start());
  const relay = kept(await TcpRelay.start({ port: server.port }));
  const pings: number[] = [];
  const program = kept(new Program('client', [relay.url(), JSON.stringify({ ...EXAMPLE, ...options })]));
  const connection = await server.waitForConnection();
  connection.on('ping', () => pings.push(Date.now()));
  await program.says('open');
  return { relay, pings, program };
}

async function startAll() {
  const [killed, stopped, asked, gone, stale, often] = await Promise.all([
    startServer(),
    startServer(),
    startClient(),
    startClient(),
    startClient({ heartbeatInterval: 3000, heartbeatTimeout: 1400 }),
    startClient({ heartbeatInterval: 300, heartbeatTimeout: 1500 }),
  ]);
  return { killed, stopped, asked, gone, stale, often };
}

let started: Awaited<ReturnType<typeof startAll>>;

// All of them first: six programs that start at once keep a machine of two cores busy.
beforeAll(async () => {
  started = await startAll();
}, 40_000);

describe.concurrent('the server', () => {
  it.concurrent('killed (SIGKILL): one close 1006, one reconnect', { timeout: 15_000 }, async () => {
    const { program, url, port } = started.killed;
    const { ws, diary } = client(url, { maxReconnectAttempts: 0, maxReconnectDelay: 200 });
    await ws.connect();
    await diary.seen('message');
    const killed = performance.now();
    program.signal('SIGKILL');
    const closed = await diary.seen('close');
    inTime('server killed (SIGKILL): noticed', closed.at - killed, GRACE);
    expect(closed).toMatchObject({
      line: 'close 1006',
      args: [1006, '', { wasClean: false, willReconnect: true }],
    });
    await startServer(port);
    await diary.seen('open', 2);
    await sleep(300);
    expect([diary.count('open'), diary.count('heartbeat-timeout')]).toEqual([2, 0]);
    expect(diary.of('close').filter(({ at }) => at <= closed.at)).toHaveLength(1);
  });

  it.concurrent('stopped for 10 s: lost once, back once, and late bytes of the old socket touch nothing', {
    timeout: 40_000,
  }, async () => {
    const { program, url } = started.stopped;
    const { ws, diary } = client(url, { maxReconnectAttempts: 0, maxReconnectDelay: 500 });
    await ws.connect();
    await diary.seen('message');
    program.signal('SIGSTOP');
    const stopped = performance.now();
    const noticed = await diary.seen('heartbeat-timeout');
    inTime('server stopped (SIGSTOP): noticed', noticed.at - stopped, DEAD_AFTER + GRACE);
    await sleep(STOPPED - (performance.now() - stopped));
    const continued = performance.now();
    program.signal('SIGCONT');
    const back = await diary.seen('open', 2);
    inTime('server continued: back', back.at - continued, 500 + GRACE);
    // What was written to the dead sockets, and by them, is on its way now.
    await sleep(1500);
    expect([diary.count('open'), diary.count('heartbeat-timeout'), diary.count('error')]).toEqual([2, 1, 0]);
    // Kernel queues held the dials of the meantime: the server answered each when it ran again, to nobody.
    const after = diary.of('message').filter(({ at }) => at > noticed.at);
    const from = new Set(
      after.map(({ args: [message] }) => (message as { data: string }).data.split(':')[0]),
    );
    expect(from.size).toBe(1);
    expect(from.has('1')).toBe(false);
    expect(diary.of('message').filter(({ at }) => at > noticed.at && at < back.at)).toEqual([]);
  });
});

describe.concurrent('the client', () => {
  const times = (said: readonly Said[], key: string): number[] =>
    said.filter((line) => key in line).map(({ at }) => Number(at));

  /** Stops `program` for as long as the table says; returns when it was continued. */
  async function stop(program: Program, meanwhile?: () => void): Promise<number> {
    program.signal('SIGSTOP');
    setTimeout(() => meanwhile?.(), 1000);
    await sleep(STOPPED);
    program.signal('SIGCONT');
    return Date.now();
  }

  it.concurrent('stopped for 10 s while the peer is there: asks at once, one Ping, no loss', {
    timeout: 40_000,
  }, async () => {
    const { program, pings } = started.asked;
    await program.says('pong', 2);
    await sleep(300);
    const woke = await stop(program);
    await sleep(2600);
    const first = pings.find((at) => at >= woke) ?? Number.POSITIVE_INFINITY;
    inTime('client stopped, peer there: asked after waking', first - woke, GRACE);
    const inFirstSecond = pings.filter((at) => at >= woke && at < woke + 900).length;
    note('client stopped, peer there: Pings in the first 0.9 s', '1', String(inFirstSecond));
    expect(inFirstSecond).toBe(1);
    expect(pings.filter((at) => at >= woke).length).toBeLessThanOrEqual(3);
    expect(program.said.filter((line) => 'close' in line)).toEqual([]);
  });

  it.concurrent('stopped for 10 s, the peer gone meanwhile: noticed by the first question', {
    timeout: 40_000,
  }, async () => {
    const { program, relay } = started.gone;
    await program.says('pong', 2);
    await sleep(300);
    const woke = await stop(program, () => relay.freeze());
    await program.says('heartbeat-timeout');
    const [noticed = 0] = times(program.said, 'heartbeat-timeout');
    inTime('client stopped, peer gone: noticed', noticed - woke, EXAMPLE.heartbeatTimeout + GRACE);
  });

  it.concurrent('stopped for 10 s with an answer in the kernel, the peer gone since: not trusted for it', {
    timeout: 40_000,
  }, async () => {
    // The answer to the Ping in progress is a whole second late, so that it comes into the stopped process.
    const { program, relay, pings } = started.stale;
    relay.delay(500);
    // A Ping that is not answered yet: the one of the next round.
    const before = pings.length;
    while (pings.length === before) await sleep(5);
    const woke = await stop(program, () => relay.freeze());
    await program.says('heartbeat-timeout');
    const [noticed = 0] = times(program.said, 'heartbeat-timeout');
    inTime('client stopped, old answer waiting: noticed', noticed - woke, 1400 + GRACE);
  });

  it.concurrent('stopped with Pings more often than their deadline: no burst', {
    timeout: 40_000,
  }, async () => {
    const { program, pings } = started.often;
    await program.says('pong', 3);
    const woke = await stop(program);
    await sleep(1500);
    const soon = pings.filter((at) => at >= woke && at < woke + 250).length;
    note('client stopped, interval 0.3 s, timeout 1.5 s: Pings within 0.25 s', 'at most 2', String(soon));
    expect(soon).toBeGreaterThanOrEqual(1);
    expect(soon).toBeLessThanOrEqual(2);
    expect(program.said.filter((line) => 'close' in line)).toEqual([]);
  });
});
