/** A client with `prepare` over a fake transport, and the record of what it tells. */
import { onTestFinished } from 'vitest';
import { ReckerWebSocket, type Session, type WebSocketOptions } from '../../src/index.js';
import { type FakeTransport, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { written } from '../machine/tableBenches.js';
import { EVENTS } from '../support/events.js';

export interface Scene {
  readonly ws: ReckerWebSocket;
  readonly transport: FakeTransport;
  readonly clock: VirtualClock;
  /** The sessions so far. */
  readonly sessions: Session[];
  /** What the client told, messages by their data. */
  readonly told: string[];
}

/** All promises and immediates that are due have run. */
export const settled = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** A client that is connecting. Its `prepare` is pending until the test does something about it. */
export function scene(
  prepare: (session: Session) => void | Promise<void> = () => new Promise(() => {}),
  options: WebSocketOptions = {},
  supports?: FakeTransport['supports'],
): Scene {
  const clock = new VirtualClock();
  const transport = fakeTransport(supports === undefined ? {} : { supports });
  const sessions: Session[] = [];
  const told: string[] = [];
  const ws = new ReckerWebSocket('ws://localhost/', {
    clock,
    transport,
    reconnect: true,
    prepare(session) {
      sessions.push(session);
      return prepare(session);
    },
    ...options,
  });
  for (const event of EVENTS) {
    ws.on(event, (...args: unknown[]) => {
      const [first] = args as [{ readonly data: unknown }];
      told.push(event === 'message' ? `message ${first.data}` : written(event, args));
    });
  }
  ws.connect().catch(() => {});
  onTestFinished(() => ws.terminate());
  return { ws, transport, clock, sessions, told };
}

/** What becomes of a promise, now. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  await settled();
  return Promise.race([
    promise.then(
      (value) => (typeof value === 'object' && value !== null && 'data' in value ? value.data : value),
      (error: Error) => error.name,
    ),
    settled().then(() => 'pending'),
  ]);
}
