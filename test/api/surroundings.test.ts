/** What the surroundings cause uses up no attempt: in virtual time, over a fake transport. */
import { expect, it } from 'vitest';
import {
  ConnectionError,
  HandshakeError,
  type ReckerError,
  ReckerWebSocket,
  type WebSocketOptions,
} from '../../src/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { type Journal, keepJournal } from '../support/journal.js';
import { offline } from '../support/offline.js';

const refusal = () => new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });

class Scene {
  readonly clock = new VirtualClock();
  readonly transport = fakeTransport();
  readonly ws: ReckerWebSocket;
  readonly journal: Journal;

  constructor(options: WebSocketOptions = {}) {
    const { clock, transport } = this;
    this.ws = new ReckerWebSocket('ws://localhost/', { reconnect: true, clock, transport, ...options });
    this.journal = keepJournal(this.ws);
    this.ws.connect().catch(() => {});
  }

  fail(error: ReckerError = refusal()): this {
    this.transport.last.fail(error);
    return this;
  }

  online(): this {
    this.ws[RUNTIME_FACT]({ type: 'runtime.online' });
    return this;
  }

  /** The back-offs that were announced, each as attempt and delay. */
  get backoffs(): readonly string[] {
    return this.journal.lines.flatMap((line) => /^reconnecting (.*)/.exec(line)?.[1] ?? []);
  }
}

it('a dial that comes too early after online is followed by the same attempt, with the same delay', () => {
  let drawn = 0;
  const random = () => {
    drawn += 0.1;
    return drawn;
  };
  const scene = new Scene({ maxReconnectAttempts: 1, reconnectJitter: 'full', random });
  scene.fail();
  for (let early = 0; early < 3; early += 1) {
    scene.online();
    expect(scene.ws.state).toBe('reconnecting');
    scene.fail();
  }
  expect(scene.backoffs).toEqual(['1 100', '1 100', '1 100', '1 100']);
  // The dial after the delay counts.
  scene.clock.advance(100);
  scene.fail();
  expect(scene.ws.state).toBe('exhausted');
});

it('a back-off that wake() shortens is another attempt for the dial of reconnect() alone', () => {
  const options = { maxReconnectAttempts: 1, reconnectDelay: 1000, shouldReconnect: () => 5000 };
  const shortened = new Scene(options).fail();
  shortened.ws.wake();
  shortened.clock.advance(999);
  expect(shortened.ws.state).toBe('backoff');
  shortened.clock.advance(1);
  shortened.fail();
  expect(shortened.backoffs).toEqual(['1 5000', '1 5000']);

  const called = new Scene(options).fail();
  called.ws.wake();
  called.ws.reconnect().catch(() => {});
  called.fail();
  expect(called.ws.state).toBe('exhausted');
});

it('a report that shortens nothing spares nothing', () => {
  const scene = new Scene({ maxReconnectAttempts: 1 }).fail();
  scene.ws.wake();
  scene.clock.advance(1000);
  scene.fail();
  expect(scene.ws.state).toBe('exhausted');
});

it('a connection in between is a new start', () => {
  const scene = new Scene({ maxReconnectAttempts: 1 }).fail().online();
  scene.transport.last.open();
  scene.ws.reconnect().catch(() => {});
  scene.fail();
  expect(scene.backoffs).toEqual(['1 1000', '1 1000']);
  scene.clock.advance(1000);
  scene.fail();
  expect(scene.ws.state).toBe('exhausted');
});

it('what the server asks for, and what is final, is that for a spared dial, too', () => {
  const busy = new HandshakeError('503', { status: 503, headers: { 'retry-after': '20' } });
  const scene = new Scene({ maxReconnectAttempts: 1 }).fail().online().fail(busy);
  expect(scene.backoffs).toEqual(['1 1000', '1 20000']);
  expect(scene.online().ws.state).toBe('backoff');
  scene.clock.advance(20_000);
  scene.fail();
  expect(scene.ws.state).toBe('exhausted');
  const refused = new Scene()
    .fail()
    .online()
    .fail(new HandshakeError('401', { status: 401 }));
  expect(refused.ws.state).toBe('closed');
});

it('a prepare that fails on such a dial uses up no attempt', async () => {
  const prepare = () => Promise.reject(new Error('refused'));
  const scene = new Scene({ maxReconnectAttempts: 1, prepare }).fail().online();
  scene.transport.last.open();
  await expect.poll(() => scene.backoffs).toEqual(['1 1000', '1 1000']);
});

it('without a network a first dial leads to attempt 1, each later one to its own, after the longest delay', () => {
  const scene = new Scene({ maxReconnectAttempts: 2, reconnectJitter: 'equal', random: () => 0.5 });
  offline(() => scene.fail());
  expect(scene.backoffs).toEqual(['1 22500']);
  for (let failed = 0; failed < 3; failed += 1) {
    // It may be wrong: it forbids no dial.
    offline(() => scene.clock.advance(22_500));
    expect(scene.ws.state).toBe('reconnecting');
    offline(() => scene.fail());
  }
  expect(scene.backoffs).toEqual(['1 22500', '1 22500', '1 22500', '1 22500']);
  // Back, and too early: the delay of the attempt, not the one of a runtime without a network.
  scene.online().fail();
  expect(scene.backoffs.at(-1)).toBe('1 750');
  scene.clock.advance(750);
  scene.fail();
  expect(scene.backoffs.at(-1)).toBe('2 1500');
});

it('so do a dial that takes too long and a prepare that fails, but not the loss of a connection', () => {
  const late = new Scene();
  offline(() => late.clock.advance(10_000));
  expect(late.backoffs).toEqual(['1 30000']);

  const unprepared = new Scene({ prepare: () => new Promise(() => {}) });
  unprepared.transport.last.open();
  offline(() => unprepared.transport.last.end());
  expect(unprepared.backoffs).toEqual(['1 30000']);

  const lost = new Scene();
  lost.transport.last.open();
  offline(() => lost.transport.last.end());
  expect(lost.backoffs).toEqual(['1 1000']);
});

it('shouldReconnect decides, without a network, too', () => {
  const number = new Scene({ maxReconnectAttempts: 1, shouldReconnect: () => 70 });
  offline(() => {
    number.fail();
    number.clock.advance(70);
    number.fail();
  });
  expect(number.backoffs).toEqual(['1 70', '1 70']);
  const never = new Scene({ shouldReconnect: () => false });
  offline(() => never.fail());
  expect(never.ws.state).toBe('closed');
});
