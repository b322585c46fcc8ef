/** Errors of another realm, as Node's own are where a test runner gives this library a realm of its own. */
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { redactError } from '../../src/machine/redact.js';
import { connectionError } from '../../src/services/failures/failures.js';
import { explainDispatcher } from '../../src/services/routes/dispatcher/dispatcherErrors.js';

const foreign = (message: string, code: string): Error =>
  runInNewContext('Object.assign(new Error(message), { code })', { message, code }) as Error;

let ws: ReckerWebSocket | undefined;
afterEach(() => ws?.terminate());

it('keep their message and code', () => {
  const cause = foreign('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED');
  expect(cause instanceof Error).toBe(false);
  expect(connectionError(cause, 'server')).toMatchObject({
    name: 'ConnectionError',
    code: 'ECONNREFUSED',
    message: 'connect ECONNREFUSED 127.0.0.1:9',
    cause,
  });
});

it('are final where their code says so', () => {
  expect(connectionError(foreign('access denied', 'ERR_ACCESS_DENIED'))).toMatchObject({ final: true });
});

it('with a number for a code, as a DOMException has one, have none', () => {
  const error = connectionError(new DOMException('NetworkError: failed to connect', 'NetworkError'));
  expect(error).toMatchObject({
    code: 'ERR_RECKER_CONNECTION',
    message: 'NetworkError: failed to connect',
  });
});

it('through a dispatcher, too', () => {
  const error = explainDispatcher(new DOMException('aborted by an interceptor', 'AbortError'));
  expect(error).toMatchObject({ name: 'ConnectionError', message: 'aborted by an interceptor' });
});

it('show an inspector their kind alone', () => {
  expect(redactError(foreign('token=secret', 'X'))).toEqual({ name: 'Error', message: '***' });
});

it('end a lookup with what they say', async () => {
  ws = new ReckerWebSocket('ws://nowhere.example:9/', {
    lookup: (_name, _options, callback) =>
      callback(foreign('getaddrinfo ENOTFOUND nowhere.example', 'ENOTFOUND')),
  });
  await expect(ws.connect()).rejects.toMatchObject({
    code: 'ENOTFOUND',
    message: expect.stringContaining('ENOTFOUND'),
  });
});

it('of a failed pipe reach the stream', async () => {
  const { Readable } = await import('node:stream');
  const source = new Readable({ read() {} });
  const failed = foreign('disk failed', 'EIO');
  ws = new ReckerWebSocket('ws://nowhere.example:9/', { lookup: () => {} });
  const piped = ws.pipeFrom(source);
  source.destroy(failed);
  await expect(piped).rejects.toBe(failed);
});
