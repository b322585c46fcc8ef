/**
 * The recording of two clients in virtual time, for the tests of what reads recordings.
 */
import { createClient } from '../../src/index.js';
import { recorder } from '../../src/inspect/index.js';
import { ConnectionError, HandshakeError } from '../../src/port/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

/**
 * Client 1 fails to open twice, opens, sends a heartbeat, finds its peer dead, opens again, is closed by its peer, and
 * uses up its attempts. Client 2, which has `prepare`, opens and closes meanwhile.
 */
export async function exampleRecording(): Promise<string> {
  const recording = recorder();
  const clock = new VirtualClock();
  const one = fakeTransport();
  const other = fakeTransport();
  const client = createClient({ baseUrl: 'https://me:secret@chat.example.com' });
  const common = { clock, inspect: recording.inspect, autoConnect: false } as const;
  const chat = client.websocket('/room?token=secret', {
    ...common,
    transport: one,
    reconnect: true,
    maxReconnectAttempts: 3,
    reconnectJitter: 'equal',
    random: () => 0.25,
    heartbeatInterval: 5000,
    heartbeatTimeout: 1000,
  });
  const feed = client.websocket('/feed', {
    ...common,
    transport: other,
    prepare: async (session) => {
      session.send('login');
      await session.next();
    },
  });
  chat.on('error', () => {});
  chat.connect().catch(() => {});
  feed.connect().catch(() => {});
  await clock.advanceAsync(40);
  one.last.fail(new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
  await clock.advanceAsync(10);
  other.last.open();
  await clock.advanceAsync(10);
  other.last.message('welcome');
  await clock.advanceAsync(700);
  one.last.fail(
    new HandshakeError('The server answered the upgrade with 503', {
      status: 503,
      headers: { 'retry-after': '3' },
    }),
  );
  await clock.advanceAsync(3600);
  one.last.open();
  await chat.send('hello');
  one.last.message('hello yourself');
  await clock.advanceAsync(5020);
  one.last.pong();
  await clock.advanceAsync(6000);
  void feed.close(1000, 'done');
  other.last.peerClose(1000, 'done');
  other.last.end();
  await clock.advanceAsync(2000);
  one.last.open();
  await clock.advanceAsync(100);
  one.last.peerClose(1012, 'restarting');
  one.last.end();
  while (chat.state !== 'exhausted') {
    await clock.advanceAsync(100);
    if (one.last.phase === 'dialling') one.last.fail(new ConnectionError('reset', { code: 'ECONNRESET' }));
  }
  return recording.toNDJSON();
}
