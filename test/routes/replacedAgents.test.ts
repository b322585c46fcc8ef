/**
 * A program that replaces the agents of Node's http client, as global-agent does: the settings of TLS hold, and what
 * would have no effect is refused by name. Here the replacement is written out, in a process of its own state.
 */
import http, { type ClientRequest } from 'node:http';
import https, { createServer } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { listenOn } from '../../src/testing/sockets.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { needs } from '../support/tools.js';

const original = { http: http.request, https: https.request };

/** What an agent applies of the settings on a request. */
type Applied = (options: ConnectionOptions) => ConnectionOptions;

/** The settings that global-agent 4 hands on. */
const asGlobalAgent: Applied = ({
  ca,
  cert,
  ciphers,
  key,
  passphrase,
  pfx,
  rejectUnauthorized,
  servername,
}) => ({
  ca,
  cert,
  ciphers,
  key,
  passphrase,
  pfx,
  rejectUnauthorized,
  servername,
});

let asked = 0;

function replaceAgents(applied: Applied = asGlobalAgent): void {
  const agent = (secure: boolean) => ({
    addRequest(request: ClientRequest, options: ConnectionOptions & { host: string; port: number }) {
      asked += 1;
      const tcp = connectTcp(options.port, options.host);
      tcp.on('error', () => {});
      request.onSocket(secure ? connectTls({ ...applied(options), socket: tcp }) : tcp);
    },
  });
  for (const [module, secure] of [
    [http, false],
    [https, true],
  ] as const) {
    const request = secure ? original.https : original.http;
    module.request = ((options: object, callback: never) =>
      request({ ...options, agent: agent(secure) as never }, callback)) as never;
  }
}

afterEach(() => {
  http.request = original.http;
  https.request = original.https;
  asked = 0;
});

needs('openssl')('with the agents of the process replaced', () => {
  let certificates: Certificates;
  let port = 0;
  let plainPort = 0;
  const subjects: unknown[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    certificates = await makeCertificates();
    const { server, ca } = certificates;
    const secure = createServer({
      cert: server.cert,
      key: server.key,
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: false,
    });
    secure.on('tlsClientError', () => {});
    const plain = http.createServer();
    for (const each of [secure, plain]) {
      const wss = new WebSocketServer({ server: each });
      wss.on('connection', (_, { socket }) => {
        subjects.push((socket as TLSSocket).getPeerCertificate?.().subject?.CN);
      });
      const sockets = new Set<Socket>();
      each.on('connection', (socket: Socket) => sockets.add(socket));
      stops.push(async () => {
        for (const socket of sockets) socket.destroy();
        wss.close();
        await new Promise((resolve) => each.close(resolve));
      });
    }
    port = await listenOn(secure, 0);
    plainPort = await listenOn(plain, 0);
  });
  afterAll(() => Promise.all([...stops.map((stop) => stop()), certificates?.remove()]));

  const trusting = () => ({ ca: certificates.ca.cert });

  async function outcome(options: WebSocketOptions, url = `wss://localhost:${port}/`) {
    const ws = new ReckerWebSocket(url, { reconnect: true, reconnectDelay: 1, closeTimeout: 1, ...options });
    ws.on('error', () => {});
    const error = await ws.connect().then(
      () => undefined,
      (cause) => cause,
    );
    await ws.close();
    return { error, dials: ws.stats().dials };
  }

  it('`tls` holds: authority, client certificate, version', async () => {
    replaceAgents();
    const { cert, key } = certificates.client;
    expect(await outcome({ tls: { ...trusting(), cert, key, minVersion: 'TLSv1.3' } })).toEqual({ dials: 1 });
    expect(subjects.at(-1)).toBe('client');
    const refused = await outcome({ tls: { ca: certificates.otherCa.cert } });
    expect(refused.error).toMatchObject({
      name: 'ConnectionError',
      code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/),
    });
    expect(refused.dials).toBe(1);
    expect(asked).toBe(2);
  });

  it('`checkServerIdentity` is asked, and its refusal ends the dial before the request leaves', async () => {
    replaceAgents();
    const count = subjects.length;
    const checkServerIdentity = (host: string): Error => new Error(`the pin of ${host} does not fit`);
    const { error } = await outcome({ tls: { ...trusting(), checkServerIdentity }, reconnect: false });
    expect(error).toMatchObject({ name: 'ConnectionError', message: 'the pin of localhost does not fit' });
    expect(subjects.length).toBe(count);
  });

  it.each<[string, () => WebSocketOptions, Applied, RegExp]>([
    ['cert', () => ({ tls: { ...trusting(), ...pair() } }), ({ ca }) => ({ ca }), /tls\.cert has no effect/],
    [
      'maxVersion',
      () => ({ tls: { ...trusting(), maxVersion: 'TLSv1.2' } }),
      asGlobalAgent,
      /tls\.maxVersion/,
    ],
    ['verification', () => ({ tls: {} }), () => ({ rejectUnauthorized: false }), /did not verify/],
  ])('an agent that drops %s fails the dial, for good', async (_, options, applied, message) => {
    replaceAgents(applied);
    const { error, dials } = await outcome(options());
    expect(error).toMatchObject({
      name: 'ConnectionError',
      final: true,
      message: expect.stringMatching(message),
    });
    expect(dials).toBe(1);
  });
  const pair = () => ({ cert: certificates.client.cert, key: certificates.client.key });

  it.each<[string, () => WebSocketOptions]>([
    ['proxy', () => ({ proxy: 'http://127.0.0.1:9' })],
    ['proxy', () => ({ proxy: { url: 'http://127.0.0.1:9', bypass: '*' } })],
    ['lookup', () => ({ lookup: () => {} })],
    ['family', () => ({ family: 4 })],
    ['localAddress', () => ({ localAddress: '127.0.0.1' })],
    ['dispatcher', () => ({ dispatcher: new Agent() as never })],
  ])('%s would have no effect: refused by name, and nothing is connected', async (name, options) => {
    replaceAgents();
    const count = subjects.length;
    const { error, dials } = await outcome(options(), `ws://127.0.0.1:${plainPort}/`);
    expect(error).toMatchObject({ name: 'ConfigurationError', option: name });
    expect(error.message).toMatch(/replaced the agents/);
    expect(dials).toBe(1);
    expect(subjects.length).toBe(count);
  });

  it('ws: goes through the other agent', async () => {
    replaceAgents();
    expect(await outcome({}, `ws://127.0.0.1:${plainPort}/`)).toEqual({ dials: 1 });
    expect(asked).toBe(1);
  });
});

it('the tests leave the agents as they were', () => {
  expect(http.request).toBe(original.http);
});
