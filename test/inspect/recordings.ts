/** Recordings for tests of the pages that show them. */
import { type Inspect, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { recorder } from '../../src/inspect/index.js';
import { ConnectionError } from '../../src/port/errors.js';
import { type FakeTransport, fakeTransport, VirtualClock } from '../../src/testing/index.js';

/** A client that is recorded, in virtual time. */
export interface Recorded {
  readonly ws: ReckerWebSocket;
  readonly transport: FakeTransport;
  readonly clock: VirtualClock;
}

export function recordedClient(url: string, inspect: Inspect, options: WebSocketOptions = {}): Recorded {
  const transport = fakeTransport();
  const clock = new VirtualClock(1000);
  const ws = new ReckerWebSocket(url, {
    transport,
    clock,
    inspect,
    reconnect: true,
    heartbeatInterval: 10_000,
    heartbeatTimeout: 5000,
    ...options,
  });
  ws.on('error', () => {});
  return { ws, transport, clock };
}

/**
 * Two clients, from 0 s: one opens at 1 s, is lost at 4 s, is refused at 5 s and open again from 8 s to 9 s; the other is open
 * from 0 s until its peer closes it at 6 s.
 */
export async function outage(): Promise<string> {
  const recording = recorder();
  const one = recordedClient('wss://chat.example.com/room?token=secret', recording.inspect);
  const other = recordedClient('wss://prices.example.com/', recording.inspect, {
    clock: one.clock,
    reconnect: false,
  });
  const pass = (seconds: number) => one.clock.advanceAsync(seconds * 1000);
  one.ws.connect().catch(() => {});
  other.ws.connect().catch(() => {});
  other.transport.last.open();
  await pass(1);
  one.transport.last.open();
  await pass(3);
  one.transport.last.end();
  await pass(1);
  one.transport.last.fail(new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
  await pass(1);
  other.transport.last.peerClose(1012, 'restart');
  other.transport.last.end();
  await pass(2);
  one.transport.last.open();
  await pass(1);
  one.ws.close().catch(() => {});
  one.transport.last.end();
  await pass(1);
  return recording.toNDJSON();
}

const header = (): string => recorder().toNDJSON();

/** A recording of many clients that open, fail and end, of about this many bytes. */
export function madeRecording({ clients, bytes }: { clients?: number; bytes?: number }): string {
  const lines = [header().trimEnd()];
  let length = 0;
  const policy = JSON.parse(policyLine()) as unknown;
  for (let c = 1; c <= (clients ?? 10) && length < (bytes ?? Number.POSITIVE_INFINITY); c += 1) {
    const states = ['idle', 'session.connecting', 'session.open.alive'];
    for (let n = 1; length < (bytes ?? Number.POSITIVE_INFINITY); n += 1) {
      const isFirst = n === 1;
      const [from, to, event] = isFirst
        ? [states[0], states[1], 'connect']
        : n === 2
          ? [states[1], states[2], 'socket.opened']
          : n % 2 === 1
            ? ['session.open.alive', 'session.open.awaitingPong.waiting', 'after nextPing']
            : ['session.open.awaitingPong.waiting', 'session.open.alive', 'socket.ponged'];
      const line = JSON.stringify({
        t: c + n * 100,
        c: String(c),
        n,
        event,
        from,
        to,
        ...(isFirst ? { policy, url: `wss://host-${c % 50}.example.com/feed/${c}` } : {}),
      });
      lines.push(line);
      length += line.length + 1;
      if (clients !== undefined && n >= 4) break;
    }
  }
  return `${lines.join('\n')}\n`;
}

function policyLine(): string {
  const recording = recorder();
  const { ws } = recordedClient('wss://a.example.com/', recording.inspect);
  ws.connect().catch(() => {});
  const [, first = ''] = recording.toNDJSON().split('\n');
  ws.terminate();
  return JSON.stringify((JSON.parse(first) as { policy: unknown }).policy);
}
