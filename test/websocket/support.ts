/** What the tests of the class share. */
import { expect } from 'vitest';
import type { WebSocketOptions } from '../../src/index.js';
import { type FakeTransport, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { type WebSocket, webSocketClass } from '../../src/websocket/index.js';

/** A class over a fake transport in virtual time. */
export function fake(options: WebSocketOptions = {}): {
  readonly Impl: ReturnType<typeof webSocketClass>;
  readonly transport: FakeTransport;
  readonly clock: VirtualClock;
} {
  const transport = fakeTransport();
  const clock = new VirtualClock();
  return { Impl: webSocketClass({ transport, clock, ...options }), transport, clock };
}

/** Writes down each event with the state in which it is dispatched. */
export function record(ws: WebSocket): string[] {
  const lines: string[] = [];
  ws.addEventListener('open', () => lines.push(`open ${ws.readyState}`));
  ws.addEventListener('message', ({ data }) => lines.push(`message ${data} ${ws.readyState}`));
  ws.addEventListener('error', (event) =>
    lines.push(`error ${ws.readyState} ${(event as { error?: Error }).error?.name}`),
  );
  ws.addEventListener('close', ({ code, reason, wasClean }) =>
    lines.push(`close ${ws.readyState} ${code} "${reason}" ${wasClean}`),
  );
  return lines;
}

/** Waits for the next event of a name. */
export const next = (ws: WebSocket, type: string): Promise<unknown> =>
  new Promise((resolve) => ws.addEventListener(type, resolve, { once: true }));

/** A later turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The name of what a function throws. */
export function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).name;
  }
  return 'nothing';
}

/** Like `thrown`, for a `DOMException`. */
export function domExceptionOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(DOMException);
    return (error as Error).name;
  }
  return 'nothing';
}
