/**
 * Peers that send what no honest server would: closed with the code of RFC 6455 §7.4.1, a typed error, bounded
 * memory, and no second dial where it would fare no better.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { fuzz } from '../../scripts/fuzz/run.js';
import { FaultServer, type GarbageKind } from '../../src/testing/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { client, endAll, kept, note, sleep } from './support.js';

afterAll(endAll);

const MIB = 2 ** 20;

const ROWS: [GarbageKind, number, RegExp][] = [
  ['reservedBits', 1002, /RSV2/],
  ['maskedFrame', 1002, /MASK/],
  ['badUtf8', 1007, /UTF-?8/i],
  ['hugeLength', 1009, /2\^53|length/],
  ['zipBomb', 1009, /Max payload/],
  ['manyFragments', 1008, /fragments/],
  ['badOpcode', 1002, /opcode/],
  ['longControlFrame', 1002, /payload length/],
  ['fragmentedControl', 1002, /FIN/],
];

describe('frames', () => {
  it.each(ROWS)('%s: %i', async (kind, code, says) => {
    const server = kept(await FaultServer.start({ perMessageDeflate: kind === 'zipBomb' }));
    const { ws, diary } = client(server.url(), { perMessageDeflate: true });
    await ws.connect();
    await server.waitForConnection();
    globalThis.gc?.();
    const before = process.memoryUsage();
    server.sendGarbage(kind);
    let most = 0;
    while (diary.count('close') === 0) {
      const { external, heapUsed } = process.memoryUsage();
      most = Math.max(most, external + heapUsed - before.external - before.heapUsed);
      await sleep(5);
    }
    const error = diary.of('close')[0]?.args[2] as { error: Error };
    expect(error.error).toMatchObject({ name: 'ConnectionError', message: expect.stringMatching(says) });
    expect(server.seen.closes.map((close) => close.code)).toEqual([code]);
    // Final by the default decision: the peer would do it again.
    await sleep(150);
    expect([ws.state, ws.stats().dials]).toEqual(['closed', 1]);
    // What inflates is given up at the limit, 100 MiB: here its server is in the same process.
    expect(most).toBeLessThan(kind === 'zipBomb' ? 220 * MIB : 40 * MIB);
    note(
      `garbage: ${kind}`,
      `Close ${code}, typed`,
      `${code}, ${error.error.name}, ${(most / MIB).toFixed(1)} MiB more`,
    );
  });

  it('a flood of 100,000 Pings: the connection ends typed, in bounded memory, and may be dialled again', async () => {
    const server = kept(await FaultServer.start());
    const { ws, diary } = client(server.url());
    await ws.connect();
    await server.waitForConnection();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 10; round += 1) server.sendGarbage('pingFlood');
    const { args } = await diary.seen('close');
    // There is no code for it, and a Close would wait behind the Pongs. A client that was stopped while its peer
    // pinged looks the same, so it is not final.
    expect(args).toMatchObject([1006, '', { willReconnect: true, error: { code: 'ERR_RECKER_PING_FLOOD' } }]);
    const more = (process.memoryUsage().rss - before) / MIB;
    note(
      'garbage: pingFlood',
      'ended, typed, bounded',
      `1006, ERR_RECKER_PING_FLOOD, ${more.toFixed(1)} MiB RSS more`,
    );
    expect(more).toBeLessThan(60);
    await diary.seen('open', 2);
  });

  it('compressed with maxPayload set: the bomb is given up at that limit', async () => {
    const server = kept(await FaultServer.start({ perMessageDeflate: true }));
    const { ws, diary } = client(server.url(), { perMessageDeflate: true, maxPayload: MIB });
    await ws.connect();
    await server.waitForConnection();
    const before = process.memoryUsage().rss;
    server.sendGarbage('zipBomb');
    await diary.seen('close');
    expect(server.seen.closes).toMatchObject([{ code: 1009 }]);
    const more = (process.memoryUsage().rss - before) / MIB;
    note(
      'garbage: zipBomb, maxPayload 1 MiB',
      'Close 1009, bounded',
      `1009, ${more.toFixed(1)} MiB RSS more`,
    );
    expect(more).toBeLessThan(60);
  });
});

describe('a hostile proxy', () => {
  const hostile: [
    string,
    (socket: { write(bytes: string | Buffer): boolean; destroyed: boolean }) => boolean,
  ][] = [
    ['endless headers', (socket) => socket.write(`X-A: ${'y'.repeat(65_536)}\r\n`)],
    ['endless garbage', (socket) => socket.write(randomBytes(65_536))],
  ];
  it.each(hostile)('%s: fails typed, under 5 MiB more', async (row, pour) => {
    const proxy = await ConnectProxy.start({
      answer: (_head, socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : pour(socket)), 1);
        return undefined;
      },
    });
    kept({ [Symbol.asyncDispose]: () => proxy.stop() });
    const { ws } = client('ws://127.0.0.1:1/', { reconnect: false, proxy: `http://127.0.0.1:${proxy.port}` });
    const before = process.memoryUsage();
    await expect(ws.connect()).rejects.toMatchObject({
      name: expect.stringMatching(/^(Connection|Handshake)Error$/),
    });
    const { external, heapUsed } = process.memoryUsage();
    const more = (external + heapUsed - before.external - before.heapUsed) / MIB;
    note(`hostile proxy: ${row}`, 'typed, under 5 MiB more', `${more.toFixed(1)} MiB`);
    expect(more).toBeLessThan(5);
  });
});

describe('mutations of valid traffic', () => {
  it('5,000 cases: none hangs, leaks or throws past the client', { timeout: 60_000 }, async () => {
    const { findings, opened, resources } = await fuzz({ cases: 5000, seed: 20_261_123 });
    expect(findings).toEqual([]);
    expect(opened).toBeGreaterThan(2000);
    expect(resources[1]).toBe(resources[0]);
  });
});
