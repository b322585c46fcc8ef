/** Closing with peers and links that do not play along, and `close()` at every bad moment. */
import { afterAll, describe, expect, it } from 'vitest';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { Program } from './program.js';
import { client, EXAMPLE, endAll, GRACE, inTime, kept, note } from './support.js';

afterAll(endAll);

const { closeTimeout } = EXAMPLE;

describe.concurrent('the peer sends Close and keeps TCP open', () => {
  it.concurrent('reconnect on: what is sent meanwhile goes out on the next connection', async () => {
    const server = kept(await FaultServer.start());
    const { ws, diary } = client(server.url());
    await ws.connect();
    await server.waitForConnection();
    server.closeAndKeepTcp(4001, 'moved');
    const closing = await diary.seen('state closing');
    const sent = ws.send('meanwhile');
    const closed = await diary.seen('close');
    inTime('peer closes, keeps TCP: lost', closed.at - closing.at, closeTimeout + GRACE, closeTimeout);
    expect(closed.args).toMatchObject([4001, 'moved', { willReconnect: true, error: { phase: 'close' } }]);
    await server.waitForMessage(({ data }) => data === 'meanwhile');
    await sent;
    expect([diary.count('close'), diary.count('open'), diary.count('undelivered')]).toEqual([1, 2, 0]);
  });

  it.concurrent('reconnect off: what is sent meanwhile is reported', async () => {
    const server = kept(await FaultServer.start());
    const { ws, diary } = client(server.url(), { reconnect: false });
    await ws.connect();
    await server.waitForConnection();
    server.closeAndKeepTcp(4001, 'moved');
    const closing = await diary.seen('state closing');
    await expect(ws.send('meanwhile')).rejects.toMatchObject({ name: 'StateError' });
    const closed = await diary.seen('close');
    inTime(
      'peer closes, keeps TCP, no reconnect: lost',
      closed.at - closing.at,
      closeTimeout + GRACE,
      closeTimeout,
    );
    expect(closed.args.slice(0, 2)).toEqual([4001, 'moved']);
    expect([ws.state, diary.count('undelivered')]).toEqual(['closed', 1]);
  });
});

describe.concurrent('close() on a dead link', () => {
  it.concurrent.each([false, true])('frozen by the relay, bytes thrown away: %s', async (drop) => {
    const server = kept(await FaultServer.start());
    const relay = kept(await TcpRelay.start({ port: server.port }));
    const { ws, diary } = client(relay.url());
    await ws.connect();
    relay.freeze({ drop });
    const start = performance.now();
    await ws.close(4000, 'bye');
    inTime(
      `close() on a dead link${drop ? ', bytes thrown away' : ''}`,
      performance.now() - start,
      closeTimeout + GRACE,
    );
    expect(ws.state).toBe('closed');
    expect(diary.reported).toEqual(['open', 'close 1006']);
    expect(diary.of('close')[0]?.args[2]).toMatchObject({ willReconnect: false, error: { phase: 'close' } });
  });
});

it.concurrent('close() at every bad moment, twice: no later dial, and the process ends', {
  timeout: 40_000,
}, async () => {
  await using program = new Program('closes');
  await program.says('ending');
  const said = performance.now();
  await program.done();
  inTime('close() at every bad moment: the process ends', performance.now() - said, 1000);
  const scenes = program.said.filter((line) => 'closed' in line);
  note(
    'close() while dialling, in back-off, inside any listener, twice',
    'no later dial',
    `${scenes.length} moments, 0 dials`,
  );
  expect(scenes).toHaveLength(15);
  for (const scene of scenes) expect(scene).toMatchObject({ state: 'closed', lateDials: 0, sockets: 0 });
});
