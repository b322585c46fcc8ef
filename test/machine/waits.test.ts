/** What is left of a wait for the peer, and the guards that ask: where bytes wait, and where they do not. */
import { describe, expect, it } from 'vitest';
import type { ConnectionContext } from '../../src/machine/context.js';
import type { ConnectionEvent } from '../../src/machine/events.js';
import { guards } from '../../src/machine/guards.js';
import { answerRest, closingRest, pingAgainAt } from '../../src/machine/waits.js';
import type { SendProgress } from '../../src/port/index.js';

const NOW = 50_000;

const contextWith = (known: Partial<ConnectionContext>) =>
  ({
    policy: { heartbeatInterval: 30_000, heartbeatTimeout: 10_000, closeTimeout: 5000 },
    environment: { now: () => NOW, wallTime: () => NOW },
    awaitedSince: NOW - 4000,
    ...known,
  }) as ConnectionContext;
const context = contextWith({});

/** Nothing has been taken or received for `silent` ms. */
const answered = (waiting: boolean, silent: number): ConnectionEvent => {
  const sending: SendProgress = {
    waiting,
    takenAgo: silent,
    heardAgo: silent,
    hasTaken: true,
    longestGap: 0,
    allowance: 0,
  };
  return { type: 'socket.answered', alive: false, sending } as ConnectionEvent;
};
const PLAIN = { type: 'socket.answered', alive: false } as ConnectionEvent;
const OTHER = { type: 'socket.ponged' } as ConnectionEvent;

describe('a peer that was asked', () => {
  it('has the rest of the timeout since the Ping', () => {
    expect(answerRest(context, answered(false, 9000))).toBe(6000);
  });

  it('has what its bytes have while some wait', () => {
    expect(answerRest(context, answered(true, 9000))).toBe(1000);
  });

  it('has no time left where nothing is on its way', () => {
    expect([answerRest(context, PLAIN), answerRest(context, OTHER)]).toEqual([0, 0]);
  });

  it.each([
    ['bytes that wait for less than they may', answered(true, 9999), true],
    ['bytes that wait for as long as they may', answered(true, 10_000), false],
    ['an answer without bytes', PLAIN, false],
  ])('is still sent to, or not: %s', (_, event, is) => {
    expect(guards.isStillSending({ context, event })).toBe(is);
  });
});

it.each([
  [9999, NOW + 9999],
  [10_000, Number.POSITIVE_INFINITY],
])('with an interval of %i ms another Ping is due before the timeout, or not', (heartbeatInterval, at) => {
  const policy = { ...context.policy, heartbeatInterval };
  expect(pingAgainAt(contextWith({ policy, pingedAt: NOW }))).toBe(at);
});

describe('a peer that is closing', () => {
  it('has the rest of closeTimeout since the closing began', () => {
    expect(closingRest(context, answered(false, 9000))).toBe(1000);
  });

  it('has what its bytes have while some wait', () => {
    expect(closingRest(context, answered(true, 2000))).toBe(3000);
  });

  it('has all of closeTimeout where nothing is known of bytes', () => {
    expect([closingRest(context, PLAIN), closingRest(context, OTHER)]).toEqual([5000, 5000]);
  });

  it.each([
    [answered(false, 9000), false],
    [answered(true, 4999), false],
    [answered(true, 5000), true],
    [PLAIN, false],
  ])('is overdue or not', (event, is) => {
    expect(guards.isClosingOverdue({ context, event })).toBe(is);
  });
});

describe('bytes that wait', () => {
  it.each([
    ['stalled', answered(true, 10_000), true],
    ['not yet', answered(true, 9999), false],
    ['all taken', answered(false, 10_000), false],
    ['never any', PLAIN, false],
    ['another event', { ...answered(true, 10_000), type: 'socket.ponged' } as ConnectionEvent, false],
  ])('hasStalled: %s', (_, event, is) => {
    expect(guards.hasStalled({ context, event })).toBe(is);
  });

  it.each([
    [NOW - 30_000, false],
    [NOW - 30_001, true],
  ])('slept over the stall due at %i or not', (stallsAt, is) => {
    expect(guards.hasSleptOverStall({ context: contextWith({ stallsAt }), event: PLAIN })).toBe(is);
  });

  it.each([
    [NOW + 19_999, true],
    [NOW + 20_000, false],
  ])('stall before the next Ping, or not: %i', (stallsAt, is) => {
    const known = contextWith({ stallsAt, pingedAt: NOW - 10_000 });
    expect(guards.stallsFirst({ context: known, event: PLAIN })).toBe(is);
  });
});
