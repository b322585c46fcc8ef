/** What the messages of errors say: the reason that is wrapped, redacted, and what was probably meant. */
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/api/values/nearest.js';
import {
  AbortError,
  ConnectionError,
  createClient,
  HandshakeError,
  ReckerWebSocket,
  ReconnectExhaustedError,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';

const messageOf = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};
const client = (options: object, url = 'ws://h/') =>
  messageOf(() => new ReckerWebSocket(url, options as WebSocketOptions));

describe('did you mean', () => {
  it.each<[string, () => string, string]>([
    ['an option', () => client({ heartbeatInterva: 1 }), 'did you mean heartbeatInterval?'],
    ['a member', () => client({ sendQueue: { maxByte: 1 } }), 'did you mean maxBytes?'],
    [
      'an option of createClient',
      () => messageOf(() => createClient({ baseURL: 'ws://h' } as never)),
      'did you mean baseUrl?',
    ],
    ['a scheme', () => client({}, 'wsss://h/'), 'did you mean wss://?'],
    ['the scheme of a proxy', () => client({ proxy: 'sock5://h' }), 'did you mean socks://?'],
    [
      'the scheme of a base',
      () => messageOf(() => createClient({ baseUrl: 'htps://h' })),
      'did you mean https://?',
    ],
  ])('%s', (_name, message, text) => {
    expect(message()).toContain(text);
  });

  it('names nothing that is far, and no secret', () => {
    expect(client({ hearbeat: 1 })).not.toContain('did you mean');
    expect(client({}, 'wsd:pass@h')).not.toMatch(/did you mean|pass/);
  });

  it('is the nearest name within two edits', () => {
    const names = ['open', 'close', 'message'];
    const meant = ['opn', 'closed', 'mesage', 'msage', 'onmessage', 'xyz', 'open', ''];
    expect(meant.map((name) => nearest(name, names))).toEqual([
      'open',
      'close',
      'message',
      'message',
      'message',
      undefined,
      'open',
      undefined,
    ]);
  });
});

describe('an error that wraps another', () => {
  const cause = new Error('no such token; see wss://me:pw@h/?token=abc and Bearer xyz');
  const shown = 'no such token; see wss://h/?token=*** and Bearer ***';

  it('ends with its message, redacted', async () => {
    // The reason of an abort is the user's own.
    expect(new AbortError('Stopped', { cause }).message).toBe('Stopped');
    expect(new ReconnectExhaustedError(2, { cause }).message).toBe(
      `Gave up after 2 reconnection attempts: ${shown}`,
    );
    const failing = new ReckerWebSocket(() => Promise.reject(cause), { transport: fakeTransport() });
    await expect(failing.connect()).rejects.toMatchObject({
      message: `The url provider failed: ${shown}`,
      cause,
    });
    const broken = new ReckerWebSocket('ws://h/', {
      transport: {
        name: 'broken',
        supports: [],
        dial() {
          throw new Error('no sockets here');
        },
      },
    });
    await expect(broken.connect()).rejects.toThrow('The transport failed in dial(): no sockets here');
  });
});

it('as JSON an error is name, code and message', () => {
  const error = new HandshakeError('503', { status: 503, headers: { 'set-cookie': 'secret' } });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'HandshakeError',
    code: 'ERR_RECKER_HANDSHAKE',
    message: '503',
  });
  const refused = new ConnectionError('connect ECONNREFUSED', {
    code: 'ECONNREFUSED',
    cause: new Error('x'),
  });
  expect(JSON.stringify(refused)).not.toContain('cause');
});
