/** Bytes on their way out, in virtual time: those that move are alive, those that stall are dead. */
import { afterEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

const clock = new VirtualClock(1_000_000);
const transport = fakeTransport();
let ws: ReckerWebSocket;
let deadAt: number | undefined;

afterEach(() => {
  ws.terminate();
});

async function open(options: WebSocketOptions = {}): Promise<number> {
  ws = new ReckerWebSocket('ws://h/', { transport, clock, ...options });
  deadAt = undefined;
  ws.on('heartbeat-timeout', () => {
    deadAt = clock.now();
  });
  const connected = ws.connect();
  transport.last.open();
  await connected;
  return clock.now();
}

/** The kernel is full, and takes a lump every `gap` ms for `ms`. */
async function upload(gap: number, ms: number): Promise<void> {
  transport.last.holdWrites = true;
  ws.send(new Uint8Array(20_000_000));
  for (let passed = 0; passed < ms; passed += gap) {
    await clock.advanceAsync(gap);
    transport.last.take(130_000);
  }
}

describe('while bytes wait for the kernel', () => {
  it.each([
    [2300, 8500],
    [21_700, 23_000],
  ])('a take every %i ms keeps the link; its death is found', async (gap, least) => {
    await open();
    await upload(gap, 300_000);
    expect(ws.state).toBe('open');
    const last = clock.now();
    await clock.advanceAsync(100_000);
    expect(deadAt).toBe(last + Math.max(10_000, 2 * gap));
    expect((deadAt as number) - last).toBeGreaterThanOrEqual(least);
  });

  it('one Ping is outstanding while its bytes may not have left', async () => {
    await open();
    await upload(2300, 300_000);
    expect(transport.last.pings).toBe(1);
  });

  it('before the first take there is max(interval, timeout) + timeout, and a message starts it anew', async () => {
    const begun = await open();
    transport.last.holdWrites = true;
    ws.send(new Uint8Array(10));
    await clock.advanceAsync(20_000);
    transport.last.message('still here');
    await clock.advanceAsync(39_999);
    expect(ws.state).toBe('open');
    await clock.advanceAsync(1);
    expect(deadAt).toBe(begun + 60_000);
  });

  it('close() waits for bytes that move, and 20 s for the first take', async () => {
    await open({ heartbeatInterval: 0, closeTimeout: 1000 });
    transport.last.holdWrites = true;
    ws.send(new Uint8Array(5_000_000));
    await clock.advanceAsync(0);
    void ws.close();
    await clock.advanceAsync(19_000);
    expect(ws.state).toBe('closing');
    transport.last.take(1_300_000);
    await clock.advanceAsync(37_999);
    expect(ws.state).toBe('closing');
    await clock.advanceAsync(1);
    expect(ws.state).toBe('closed');
  });
});

describe('where the kernel has room', () => {
  it('what it takes proves nothing: a trickle into a dead link is found as fast as silence', async () => {
    const begun = await open();
    for (let second = 0; second < 60; second += 1) {
      if (ws.state === 'open') ws.send(new Uint8Array(100));
      await clock.advanceAsync(1000);
    }
    expect(deadAt).toBe(begun + 40_000);
  });
});
