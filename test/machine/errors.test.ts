/** `instanceof` of the library's errors goes by brand: copies of the library agree, and classes of users keep their own meaning. */
import { expect, it, vi } from 'vitest';
import * as errors from '../../src/port/errors.js';

const { ReckerError, TimeoutError, HandshakeError, ConnectionError, AbortError } = errors;

it('tells the classes apart', () => {
  const timeout = new TimeoutError('connect', 1);
  expect(timeout).toBeInstanceOf(TimeoutError);
  expect(timeout).toBeInstanceOf(ReckerError);
  expect(timeout).toBeInstanceOf(Error);
  expect(timeout).not.toBeInstanceOf(HandshakeError);
  expect(new HandshakeError('x', { status: 401 })).not.toBeInstanceOf(TimeoutError);
  expect(new ReckerError('x', 'X')).not.toBeInstanceOf(TimeoutError);
});

it.each([
  undefined,
  null,
  1,
  'TimeoutError',
  {},
  Object.create(null),
  { brand: 'recker.TimeoutError' },
  Error('x'),
])('takes %s for no error of its own', (value) => {
  expect(value instanceof ReckerError).toBe(false);
  expect(value instanceof TimeoutError).toBe(false);
});

it('leaves a class derived by a user its ordinary meaning', () => {
  class LoginError extends ConnectionError {}
  class OtherError extends ConnectionError {}
  class Deeper extends LoginError {}
  const deeper = new Deeper('x');
  for (const each of [Deeper, LoginError, ConnectionError, ReckerError, Error])
    expect(deeper).toBeInstanceOf(each);
  expect(deeper).not.toBeInstanceOf(OtherError);
  expect(new ConnectionError('x')).not.toBeInstanceOf(LoginError);
  expect(new LoginError('x')).not.toBeInstanceOf(Deeper);
});

it('knows the errors of another copy of the library', async () => {
  vi.resetModules();
  const copy: typeof errors = await import('../../src/port/errors.js');
  expect(copy.ReckerError).not.toBe(ReckerError);
  const foreign = new copy.AbortError('x');
  expect(foreign).toBeInstanceOf(AbortError);
  expect(foreign).toBeInstanceOf(ReckerError);
  expect(foreign).not.toBeInstanceOf(TimeoutError);
  class Own extends AbortError {}
  expect(foreign).not.toBeInstanceOf(Own);
  expect(new Own('x')).toBeInstanceOf(copy.AbortError);
});

it('shows no brand to those who list an error', () => {
  expect(Object.keys(new TimeoutError('connect', 1)).sort()).toEqual(['code', 'name', 'phase']);
});
