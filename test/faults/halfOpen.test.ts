/**
 * A link that is gone in both directions with no FIN and no RST: cut by the kernel in a namespace of its own,
 * and by the relay. The others beside ours show what it is like where nobody asks.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { describeInNamespace, inNamespace } from './program.js';
import { client, DEAD_AFTER, EXAMPLE, endAll, GRACE, inTime, kept, note } from './support.js';

afterAll(endAll);

describeInNamespace('packets dropped by nftables', () => {
  it('ours notices in time, the others never', { timeout: 30_000 }, async () => {
    const watchFor = 6000;
    await using scene = inNamespace('halfOpen', [JSON.stringify(EXAMPLE), String(watchFor)]);
    for (const n of [1, 2]) {
      const reported = await scene.says('client', n);
      const who = `half-open (nft), ${reported.client}`;
      inTime(`${who}: noticed`, Number(reported.noticed), DEAD_AFTER + GRACE);
      expect(reported).toMatchObject({ code: 1006, error: 'TimeoutError', willReconnect: true });
      // The descriptor is gone when the listeners are called; the other client of ours may have gone before.
      expect(reported.socketsGone).toBeGreaterThanOrEqual(n);
      const waited = Number(reported.dialled) - Number(reported.noticed);
      inTime(`${who}: next dial`, waited, EXAMPLE.reconnectDelay + GRACE, EXAMPLE.reconnectDelay);
      // SYN dropped: nothing but the deadline ends such a dial.
      expect(reported).toMatchObject({ dialError: 'TimeoutError', phase: 'connect' });
      const dialTook = Number(reported.dialFailed) - Number(reported.dialled);
      inTime(
        `connect: SYN dropped (nft), ${reported.client}`,
        dialTook,
        EXAMPLE.connectTimeout + GRACE,
        EXAMPLE.connectTimeout,
      );
    }
    const { others, noticed, after } = await scene.says('others');
    expect(Number(after)).toBeGreaterThanOrEqual(watchFor - 5);
    const names = ['ws', 'partysocket', 'reconnecting-websocket'];
    expect(others).toEqual(
      ['idle', 'sending'].flatMap((doing) => names.map((name) => [`${name} ${doing}`, true])),
    );
    expect(noticed).toEqual([]);
    note(
      'half-open (nft): ws, partysocket, reconnecting-websocket',
      'never notice',
      `open after ${Math.round(Number(after))} ms`,
    );
    const { back } = await scene.says('back');
    // The longest back-off and dial that may be in progress when the link is restored.
    inTime(
      'half-open (nft): back when restored',
      Number(back),
      EXAMPLE.connectTimeout + 8 * EXAMPLE.reconnectDelay + GRACE,
    );
    await scene.done();
  });
});

describe('bytes dropped by a relay', () => {
  it.concurrent.each([
    ['idle', false, false],
    ['idle, bytes thrown away', false, true],
    ['sending', true, false],
    ['sending, bytes thrown away', true, true],
  ])('%s', { timeout: 10_000 }, async (name, sends, drop) => {
    const server = kept(await FaultServer.start());
    server.echo();
    const relay = kept(await TcpRelay.start({ port: server.port }));
    const { ws, diary } = client(relay.url());
    await ws.connect();
    const timer = sends ? setInterval(() => void ws.send('tick').catch(() => {}), 50) : undefined;
    await diary.seen('pong');
    relay.freeze({ drop });
    const cut = performance.now();
    const noticed = await diary.seen('heartbeat-timeout');
    inTime(`half-open (relay), ${name}: noticed`, noticed.at - cut, DEAD_AFTER + GRACE);
    // At once: in the same turn, and without waiting for a closing handshake that nobody would answer.
    const closed = await diary.seen('close 1006');
    inTime(`half-open (relay), ${name}: closed after that`, closed.at - noticed.at, 20);
    expect(closed.args[2]).toMatchObject({
      wasClean: false,
      willReconnect: true,
      error: { phase: 'heartbeat' },
    });
    const dialled = await diary.seen('state reconnecting');
    inTime(
      `half-open (relay), ${name}: next dial`,
      dialled.at - closed.at,
      EXAMPLE.reconnectDelay + GRACE,
      EXAMPLE.reconnectDelay,
    );
    relay.thaw();
    await diary.seen('open', 2);
    clearInterval(timer);
    // One loss, reported once.
    expect([diary.count('heartbeat-timeout'), diary.count('error')]).toEqual([1, 0]);
  });
});
