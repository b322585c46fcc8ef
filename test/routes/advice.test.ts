/** Messages of failures whose own text does not say what to do. */
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { dial } from '../support/dial.js';
import { type RawServer, rawServer } from '../support/rawServer.js';
import { testTls } from '../support/tls.js';

const running: { stop(): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop())));

async function answering(answer: string | Buffer, tls?: typeof testTls): Promise<RawServer> {
  const server = await rawServer((socket) => socket.end(answer), tls);
  running.push(server);
  return server;
}

const failed = async (url: string, options: WebSocketOptions = {}) =>
  (await dial(url, { reconnect: false, ...options })).error?.message;

const ALERT = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);

describe('the message says what to do', () => {
  it.each([
    [
      'a port without TLS',
      'wss',
      '',
      undefined,
      /wrong version number \(\w+\): does the server .* use ws:\/\/$/,
    ],
    ['a port with TLS', 'ws', '', testTls, /\(ECONNRESET\): the server closed .* use wss:\/\/$/],
    ['a TLS alert', 'ws', ALERT, undefined, /\(HPE_INVALID_CONSTANT\): .* expects TLS .* use wss:\/\/$/],
    ['another protocol', 'ws', 'SSH-2.0-x\r\n', undefined, /\(HPE_\w+\): the server did not answer in HTTP$/],
    ['a certificate of its own', 'wss', '', testTls, /\(DEPTH_ZERO_SELF_SIGNED_CERT\): .* tls: \{ ca \}$/],
    ['no answer', 'ws', '', undefined, /\(ECONNRESET\): the server closed the connection without/],
    [
      'a redirect',
      'ws',
      'HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n',
      undefined,
      /with 302: redirects are not followed, error\.headers\.location says where to$/,
    ],
  ])('%s', async (_, scheme, answer, tls, message) => {
    const { port } = await (scheme === 'wss' && tls === undefined ? plainFor() : answering(answer, tls));
    expect(await failed(`${scheme}://127.0.0.1:${port}/`)).toMatch(message);
  });

  it('of the proxy where it is the proxy', async () => {
    const { port } = await plainFor();
    const url = 'ws://127.0.0.1:1/';
    expect(await failed(url, { proxy: `https://127.0.0.1:${port}` })).toMatch(
      /^Proxy: .*: does the proxy speak TLS on this port\? Else use http:\/\/$/,
    );
    const secure = await answering('', testTls);
    expect(await failed(url, { proxy: `https://127.0.0.1:${secure.port}` })).toMatch(
      /^Proxy: .*proxy: \{ proxyTls: \{ ca \} \}$/,
    );
  });

  it('names maxPayload', async () => {
    const server = await FaultServer.start();
    running.push(server);
    server.echo();
    const { error } = await new Promise<{ error: Error }>((resolve, reject) => {
      const ws = new ReckerWebSocket(`ws://127.0.0.1:${server.port}/`, { maxPayload: 10 });
      ws.on('error', (broken) => resolve({ error: broken }));
      ws.send('x'.repeat(11)).catch(reject);
    });
    expect(error.message).toContain('larger than the option maxPayload');
  });
});

/** Speaks HTTP, whatever it is asked. */
async function plainFor(): Promise<FaultServer> {
  const server = await FaultServer.start();
  running.push(server);
  return server;
}

describe('a name of another client', () => {
  it.each([
    ['agent', 'use dispatcher or proxy'],
    ['rejectUnauthorized', 'use tls'],
    ['pingInterval', 'use heartbeatInterval'],
  ])('%s', (name, hint) => {
    const make = () => new ReckerWebSocket('ws://h/', { [name]: 1 } as WebSocketOptions);
    expect(make).toThrow(`Unknown option ${name} (${hint}); the options are`);
  });

  it.each([
    [
      'an option of a connection',
      () => createClient({ reconnect: true } as never),
      'put it into websocket: {',
    ],
    ['a subprotocol', () => new ReckerWebSocket('ws://h/', 'chat' as never), 'e.g. { protocols }; got'],
    ['a fragment', () => createClient({ baseUrl: 'http://h/#a' }), 'baseUrl must have no fragment'],
    [
      'a name twice',
      () => new ReckerWebSocket('ws://h/', { protocols: ['a', 'a'] }),
      'one of them comes twice',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
