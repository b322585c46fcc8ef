/** Messages while the peer stops reading, while connections end by FIN, RST and Close, and over a long row of losses. */
import { afterAll, describe, expect, it } from 'vitest';
import { soak } from '../../scripts/soak/run.js';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { Program } from './program.js';
import { client, EXAMPLE, endAll, kept, note, sleep } from './support.js';

afterAll(endAll);

const MIB = 2 ** 20;

describe('the peer stops reading, 32 MB sent', () => {
  it('awaitDrain waits, memory stays under the bound, and all arrives in the end', {
    timeout: 30_000,
  }, async () => {
    const server = kept(await FaultServer.start());
    // Without a heartbeat: a peer that reads nothing answers no Ping either.
    const { ws } = client(server.url(), { heartbeatInterval: 0, sendQueue: { maxBytes: 8 * MIB } });
    await ws.connect();
    await server.waitForConnection();
    server.freeze();
    const chunk = Buffer.alloc(MIB, 'x');
    const before = process.memoryUsage();
    let [drained, most] = [0, 0];
    const sending = (async () => {
      for (let count = 0; count < 32; count += 1) {
        await ws.send(chunk, { awaitDrain: true });
        drained += 1;
      }
    })();
    for (let waited = 0; waited < 1000; waited += 20) {
      await sleep(20);
      const { external, heapUsed } = process.memoryUsage();
      most = Math.max(most, external + heapUsed - before.external - before.heapUsed);
    }
    const waitingAt = drained;
    expect(waitingAt, 'waits').toBeLessThan(20);
    expect(ws.bufferedAmount).toBeLessThanOrEqual(2 * MIB);
    note('peer stops reading, awaitDrain: memory', 'under 8 MiB', `${(most / MIB).toFixed(1)} MiB more`);
    expect(most).toBeLessThan(8 * MIB);
    server.thaw();
    await sending;
    await server.waitFor(({ messages }) => messages.length === 32);
    expect(server.seen.messages.every(({ data }) => data.length === MIB)).toBe(true);
  });

  it('without waiting: what the queue cannot hold is refused and reported, memory stays under its bound', {
    timeout: 30_000,
  }, async () => {
    const program = kept(new Program('server'));
    const { port } = await program.says('port');
    const settings = { heartbeatInterval: 0, maxInFlight: MIB, sendQueue: { maxBytes: 4 * MIB } };
    const { ws, diary } = client(`ws://127.0.0.1:${port}/`, settings);
    await ws.connect();
    program.signal('SIGSTOP');
    const chunk = Buffer.alloc(65_536, 'x');
    let most = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 512 }, async () => {
        const sent = ws.send(chunk).then(
          () => 'taken',
          (error: Error) => error.name,
        );
        most = Math.max(most, ws.bufferedAmount);
        // Only until the ending below: what waits is decided by it.
        return Promise.race([sent, sleep(500).then(() => 'waits')]);
      }),
    );
    note('peer stops reading, 32 MB at once: held', 'at most 5.1 MiB', `${(most / MIB).toFixed(1)} MiB`);
    expect(most).toBeLessThanOrEqual(5.1 * MIB);
    const refused = outcomes.filter((outcome) => outcome === 'QueueFullError').length;
    expect(refused).toBeGreaterThan(0);
    expect(diary.count('undelivered')).toBe(refused);
    program.signal('SIGKILL');
    await diary.seen('close');
  });
});

describe.concurrent('ends of a connection: one close 1006, one reconnect', () => {
  const ends: [string, (server: FaultServer, relay: TcpRelay) => void][] = [
    ['RST', (_server, relay) => relay.reset()],
    ['FIN', (server) => server.terminateAll()],
    ['FIN of one direction', (_server, relay) => relay.halfClose()],
    ['cut inside a frame', (server) => server.cutInsideFrame()],
    [
      'cut inside a frame by the relay',
      (server, relay) => {
        relay.cutAfter(3);
        server.broadcast('cut here');
      },
    ],
  ];

  it.concurrent.each(ends)('%s', async (row, end) => {
    const server = kept(await FaultServer.start());
    const relay = kept(await TcpRelay.start({ port: server.port }));
    const { ws, diary } = client(relay.url());
    await ws.connect();
    await server.waitForConnection();
    const start = performance.now();
    end(server, relay);
    const closed = await diary.seen('close');
    await diary.seen('open', 2);
    await sleep(300);
    // An RST is an error of the system, which is reported before the close.
    const reported = diary.reported.filter((line) => line !== 'error ECONNRESET');
    expect(diary.reported.length - reported.length).toBe(row === 'RST' ? 1 : 0);
    expect(reported).toEqual(['open', 'close 1006', `reconnecting 1 ${EXAMPLE.reconnectDelay}`, 'open']);
    expect(server.seen.handshakes).toHaveLength(2);
    note(row, 'one close 1006, one reconnect', `reported after ${Math.round(closed.at - start)} ms`);
  });
});

describe('a soak of a quarter of a minute', () => {
  it('loses nothing untold, repeats nothing, keeps the order and leaves nothing behind', {
    timeout: 40_000,
  }, async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => /^TCP/.test(kind)).length;
    const report = await soak({ seconds: 15, seed: 11 });
    expect(report.problems).toEqual([]);
    expect(report.opens).toBeGreaterThan(3);
    expect(report.arrived).toBeGreaterThan(200);
    const after = report.leftovers.filter((kind) => /^TCP/.test(kind)).length;
    expect(after).toBeLessThanOrEqual(before);
    note(
      'drops in the middle of a flush, queue full',
      'each once, or reported, or lost with a connection',
      `${report.sent} = ${report.arrived} + ${report.reported} + ${report.lost}`,
    );
  });
});
