/** The edges of the pure functions beside the decision: Retry-After, the clamp, what no decision overrules. */
import { describe, expect, it } from 'vitest';
import { exponentialDelay } from '../../src/machine/backoff.js';
import { isBeyondRetry } from '../../src/machine/decision.js';
import type { Failure } from '../../src/machine/index.js';
import { clampDelay, MAX_DELAY } from '../../src/port/delays.js';
import { ConfigurationError, ConnectionError, HandshakeError } from '../../src/port/errors.js';
import { retryAfterOf } from '../../src/port/retryAfter.js';

const failure = (known: Partial<Failure>): Failure => ({
  attempt: 0,
  code: 1006,
  reason: '',
  wasClean: false,
  uptime: 0,
  hasBeenOpen: false,
  ...known,
});
const NOW = Date.UTC(2026, 10, 23, 22, 0, 0);
const told = (value: string) => retryAfterOf({ 'retry-after': value }, NOW);

describe('retryAfterOf()', () => {
  it.each<[string, number | undefined]>([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['Mon, 23 Nov 2026 22:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 22:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 21:59:00 GMT', 0],
    ['Mon, 23 Nov 2026 22:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600_000],
    ['9999999999', MAX_DELAY],
    ['soon', undefined],
    ['1.5.x', undefined],
    ['', undefined],
  ])('reads "%s" as %i ms', (value, ms) => {
    expect(told(value)).toBe(ms);
  });

  it('is undefined where the answer has none, or more than one', () => {
    expect(retryAfterOf(undefined, NOW)).toBeUndefined();
    expect(retryAfterOf({}, NOW)).toBeUndefined();
    expect(retryAfterOf({ 'retry-after': ['1', '2'] }, NOW)).toBeUndefined();
  });

  it('takes a date relative to the date of the answer, whatever time it is here', () => {
    const dates = (until: string, sent: string) => ({ 'retry-after': until, date: sent });
    const sent = 'Mon, 23 Nov 2026 22:00:00 GMT';
    for (const now of [undefined, NOW, NOW + 7_200_000, 0]) {
      expect(retryAfterOf(dates('Mon, 23 Nov 2026 22:02:00 GMT', sent), now)).toBe(120_000);
      expect(retryAfterOf(dates('Tue, 24 Nov 2026 22:00:00 GMT', sent), now)).toBe(86_400_000);
      expect(retryAfterOf(dates('Mon, 23 Nov 2026 21:00:00 GMT', sent), now)).toBe(0);
    }
    expect(retryAfterOf(dates('Mon, 23 Nov 2026 22:00:30 GMT', 'today'), NOW)).toBe(30_000);
    expect(retryAfterOf({ 'retry-after': sent })).toBeUndefined();
  });

  it('is kept in the error, from the arrival on', () => {
    const headers = { 'retry-after': 'Mon, 23 Nov 2026 22:00:30 GMT' };
    expect(new HandshakeError('503', { status: 503, headers, receivedAt: NOW }).retryAfter).toBe(30_000);
    expect(new HandshakeError('503', { status: 503, headers: { 'retry-after': '5' } }).retryAfter).toBe(5000);
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
