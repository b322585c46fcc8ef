/** What may be shown of an error: its own words, and never those of code that is not the library's. */
import { describe, expect, it } from 'vitest';
import { redactError } from '../../src/machine/redact.js';
import {
  ConnectionClosedError,
  ConnectionError,
  HandshakeError,
  SessionError,
  TimeoutError,
} from '../../src/port/index.js';

const secret = new Error('token 41-sesame');

describe('redactError()', () => {
  it('shows nothing but the kind of a foreign error', () => {
    const shown = redactError(secret);
    expect(shown).toEqual({ name: 'Error', message: expect.any(String) });
    expect(shown.message).not.toContain('sesame');
  });

  it('cuts off the words of the cause where they are foreign', () => {
    const error = new ConnectionError('The provider of url failed: token 41-sesame', { cause: secret });
    expect(redactError(error).message).toBe('The provider of url failed');
  });

  it('keeps them where the cause has a code, as those of the system do', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new ConnectionError('The dial failed: connect ECONNREFUSED', { cause });
    expect(redactError(error).message).toBe('The dial failed: connect ECONNREFUSED');
    const numbered = Object.assign(new Error('token 41-sesame'), { code: 41 });
    const other = new ConnectionError('The dial failed: token 41-sesame', { cause: numbered });
    expect(redactError(other).message).toBe('The dial failed');
  });

  it('keeps a message that does not end with its cause', () => {
    expect(redactError(new ConnectionError('All by itself', { cause: secret })).message).toBe(
      'All by itself',
    );
    expect(redactError(new ConnectionError('All by itself')).message).toBe('All by itself');
  });

  it('cuts off the words at the end of a chain of errors', () => {
    const inner = new ConnectionError('The provider failed: token 41-sesame', { cause: secret });
    const outer = new ConnectionError(`The dial failed: ${inner.message}`, { cause: inner });
    expect(redactError(outer).message).toBe('The dial failed: The provider failed');
  });

  it('shows no words of a SessionError, which users make, but those of what ended the session', () => {
    expect(redactError(new SessionError('token 41-sesame')).message).toBe(
      'The connection could not be prepared',
    );
    expect(redactError(new SessionError('token 41-sesame', { cause: secret })).message).toBe(
      'The connection could not be prepared',
    );
    const cause = new ConnectionClosedError(4001, '');
    expect(redactError(new SessionError('no', { cause })).message).toBe(
      'The connection could not be prepared: The connection closed with 4001',
    );
  });

  it('names what the error is about, and nothing that it does not have', () => {
    expect(redactError(new TimeoutError('connect', 5))).toMatchObject({ phase: 'connect' });
    expect(redactError(new SessionError('no', { final: true }))).toMatchObject({ final: true });
    const plain = redactError(new ConnectionError('no', { alert: 48, hop: 'proxy' }));
    expect(plain).toMatchObject({ alert: 48, hop: 'proxy' });
    expect(Object.keys(redactError(new SessionError('no'))).sort()).toEqual(['code', 'message', 'name']);
    const answer = new HandshakeError('no', {
      status: 503,
      headers: { 'x-token': '41-sesame' },
      body: '',
    } as never);
    expect(redactError(answer)).toMatchObject({ status: 503 });
    expect(JSON.stringify(redactError(answer))).not.toContain('sesame');
  });
});
