/** The edges of the pure functions beside the decision: Retry-After, the clamp, what no decision overrules. */
import { describe, expect, it } from 'vitest';
import { clampDelay, exponentialDelay, MAX_DELAY } from '../../src/machine/backoff.js';
import { isBeyondRetry, retryAfter } from '../../src/machine/decision.js';
import { ConfigurationError, ConnectionError } from '../../src/machine/errors.js';
import type { Failure } from '../../src/machine/index.js';

const failure = (known: Partial<Failure>): Failure => ({
  attempt: 0,
  code: 1006,
  reason: '',
  wasClean: false,
  uptime: 0,
  ...known,
});
const NOW = Date.UTC(2026, 10, 23, 22, 0, 0);
const told = (value: string) => retryAfter(failure({ headers: { 'retry-after': value } }), NOW);

describe('retryAfter()', () => {
  it.each<[string, number]>([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['Mon, 23 Nov 2026 22:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 22:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 21:59:00 GMT', 0],
    ['Mon, 23 Nov 2026 22:00:00 GMT', 0],
    ['soon', 0],
    ['1.5.x', 0],
    ['', 0],
  ])('reads "%s" as %i ms', (value, ms) => {
    expect(told(value)).toBe(ms);
  });

  it('is 0 where the answer has none, or more than one', () => {
    expect(retryAfter(failure({}), NOW)).toBe(0);
    expect(retryAfter(failure({ headers: {} }), NOW)).toBe(0);
    expect(retryAfter(failure({ headers: { 'retry-after': ['1', '2'] } }), NOW)).toBe(0);
  });
});

describe('clampDelay()', () => {
  it.each([
    [-1, 0],
    [0, 0],
    [0.5, 0.5],
    [MAX_DELAY, MAX_DELAY],
    [MAX_DELAY + 1, MAX_DELAY],
    [Number.POSITIVE_INFINITY, MAX_DELAY],
  ])('brings %d to %d', (given, delay) => {
    expect(clampDelay(given)).toBe(delay);
  });

  it('knows the longest time of a timer', () => {
    expect(MAX_DELAY).toBe(2_147_483_647);
  });
});

describe('exponentialDelay()', () => {
  it('is never above what a timer can hold, whatever the cap', () => {
    const settings = { reconnectDelay: 1, maxReconnectDelay: 2 ** 40, reconnectJitter: 'none' } as const;
    expect(exponentialDelay(settings, 41)).toBe(MAX_DELAY);
    expect(exponentialDelay({ ...settings, reconnectDelay: 2 ** -990 }, 1001)).toBe(1024);
  });
});

describe('isBeyondRetry()', () => {
  it('holds for a wrong option alone', () => {
    expect(isBeyondRetry(failure({ error: new ConfigurationError('url', 'x') }))).toBe(true);
    expect(isBeyondRetry(failure({ error: new ConnectionError('x') }))).toBe(false);
    expect(isBeyondRetry(failure({}))).toBe(false);
  });
});
