/** The default decision and the delays, as pure functions, against tables written from the contract. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffDelay,
  ConfigurationError,
  ConnectionError,
  defaultShouldReconnect,
  exponentialDelay,
  type Failure,
  HandshakeError,
  type Jitter,
  MAX_DELAY,
  type ReckerError,
  TimeoutError,
} from '../../src/machine/index.js';

const failure = (known: Partial<Failure> = {}): Failure => ({
  attempt: 0,
  code: 1006,
  reason: '',
  wasClean: false,
  uptime: 0,
  hasBeenOpen: false,
  ...known,
});

const FINAL_CODES = [1002, 1003, 1007, 1008, 1009, 1010];

describe('the default decision', () => {
  const codes = [...Array.from({ length: 16 }, (_, index) => 1000 + index), 3000, 3999, 4000, 4001, 4999];
  it.each(codes)('after Close %i, received or sent', (code) => {
    const again = !FINAL_CODES.includes(code);
    expect(defaultShouldReconnect(failure({ code, wasClean: true }))).toBe(again);
    // The event says 1006 where this side sent the Close and none came back.
    expect(defaultShouldReconnect(failure({ sentCode: code }))).toBe(again);
    expect(defaultShouldReconnect(failure({ code: 1000, sentCode: code }))).toBe(again);
  });

  it('after each HTTP status', () => {
    const passing = [408, 425, 429];
    for (let status = 100; status <= 599; status += 1) {
      const error = new HandshakeError(`${status}`, { status });
      const isFinal = status === 101 || (status >= 300 && status <= 499 && !passing.includes(status));
      expect([status, defaultShouldReconnect(failure({ status, error }))]).toEqual([status, !isFinal]);
    }
  });

  it('after what may pass, where the client has been open since connect()', () => {
    const since = (known: Partial<Failure>) =>
      defaultShouldReconnect(failure({ hasBeenOpen: true, ...known }));
    for (let status = 300; status <= 499; status += 1) {
      const error = new HandshakeError(`${status}`, { status });
      const again = status < 400 || [404, 408, 410, 425, 429].includes(status);
      expect([status, since({ status, error })]).toEqual([status, again]);
    }
    expect(since({ error: new ConnectionError('x', { code: 'CERT_HAS_EXPIRED' }) })).toBe(true);
    expect(since({ error: new ConnectionError('x', { final: true, alert: 40 }) })).toBe(true);
    expect(since({ error: new ConnectionError('x', { final: true, hop: 'proxy' }) })).toBe(false);
    expect(since({ status: 101, error: new HandshakeError('101', { status: 101 }) })).toBe(false);
    for (const code of FINAL_CODES) expect(since({ code })).toBe(false);
    for (const sentCode of FINAL_CODES) expect(since({ sentCode })).toBe(false);
  });

  it.each<[string, ReckerError, boolean]>([
    ['a refused port', new ConnectionError('x', { code: 'ECONNREFUSED' }), true],
    ['an unknown name', new ConnectionError('x', { code: 'ENOTFOUND' }), true],
    ['a reset', new ConnectionError('x', { code: 'ECONNRESET' }), true],
    ['a timeout', new TimeoutError('connect', 1), true],
    ['a dead peer', new TimeoutError('heartbeat', 1), true],
    ['a self-signed certificate', new ConnectionError('x', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), false],
    ['one in the chain', new ConnectionError('x', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), false],
    ['an expired certificate', new ConnectionError('x', { code: 'CERT_HAS_EXPIRED' }), false],
    ['an unknown authority', new ConnectionError('x', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), false],
    ['a wrong name', new ConnectionError('x', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), false],
    ['a TLS alert', new ConnectionError('x', { alert: 40 }), false],
    ['a proxy that refuses the credentials', new ConnectionError('x', { final: true, hop: 'proxy' }), false],
    ['a provider that threw', new ConnectionError('x', { code: 'ERR_RECKER_PROVIDER' }), true],
  ])('after %s', (_name, error, again) => {
    expect(defaultShouldReconnect(failure({ error }))).toBe(again);
  });

  it('has nothing to say where an option is wrong: the chart asks nobody', () => {
    // What the chart does is in test/api/providers.test.ts; the error itself is no network failure.
    expect(new ConfigurationError('url', 'x').code).toBe('ERR_RECKER_CONFIGURATION');
  });
});

describe('delays', () => {
  const settings = { reconnectDelay: 1000, maxReconnectDelay: 30_000, reconnectJitter: 'none' as Jitter };

  it('double exactly, up to the cap', () => {
    const delays = Array.from({ length: 8 }, (_, index) => exponentialDelay(settings, index + 1));
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('overflow nothing: not at the thousandth attempt, not with the largest numbers', () => {
    expect(exponentialDelay(settings, 5000)).toBe(30_000);
    const largest = { ...settings, reconnectDelay: MAX_DELAY, maxReconnectDelay: MAX_DELAY };
    expect(exponentialDelay(largest, 5000)).toBe(MAX_DELAY);
    expect(exponentialDelay({ ...settings, reconnectDelay: 0 }, 5000)).toBe(0);
  });

  it.each<[Jitter, number, number]>([
    ['none', 4000, 4000],
    ['equal', 2000, 4000],
    ['full', 0, 4000],
  ])('with %s jitter lie from %i to %i for attempt 3', (reconnectJitter, least, most) => {
    const jittered = { ...settings, reconnectJitter };
    expect(backoffDelay(jittered, 3, 0)).toBe(least);
    expect(backoffDelay(jittered, 3, 0.5)).toBe((least + most) / 2);
    expect(backoffDelay(jittered, 3, 1 - Number.EPSILON)).toBeCloseTo(most, 6);
  });

  it('are never above the cap, whatever is drawn', () => {
    fc.assert(
      fc.property(
        fc.record({
          reconnectDelay: fc.integer({ min: 0, max: MAX_DELAY }),
          maxReconnectDelay: fc.integer({ min: 0, max: MAX_DELAY }),
          reconnectJitter: fc.constantFrom<Jitter>('none', 'equal', 'full'),
        }),
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (drawn, attempt, random) => {
          const delay = backoffDelay(drawn, attempt, random);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(drawn.maxReconnectDelay);
        },
      ),
    );
  });

  it.each<[Jitter, number, number, number]>([
    ['none', 60_000, 0.5, 60_000],
    ['none', 500, 0.5, 1000],
    ['equal', 60_000, 0.5, 60_250],
    ['full', 60_000, 0.5, 60_500],
    ['full', 0, 0.5, 500],
    ['none', 1e12, 0, MAX_DELAY],
    ['full', MAX_DELAY, 0.9, MAX_DELAY],
  ])(
    'with %s jitter keep to a Retry-After of %i, jitter on top',
    (reconnectJitter, atLeast, random, delay) => {
      expect(backoffDelay({ ...settings, reconnectJitter }, 1, random, atLeast)).toBe(delay);
    },
  );
});
