/** The examination as a function: what it refuses, what it promises before it begins, and what it reports. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ConfigurationError, ConnectionError } from '../../../src/index.js';
import {
  type CheckResult,
  checkServer,
  type ServerCheckPlan,
  serverChecks,
} from '../../../src/testing/index.js';
import { freePort } from '../../support/tools.js';

const QUICK = { halfOpenTimeout: 0, timeout: 1000, connectionsPerSecond: 1000 } as const;

async function startWs(
  options: object = {},
): Promise<{ readonly server: WebSocketServer; readonly url: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  await once(server, 'listening');
  server.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const { port } = server.address() as { readonly port: number };
  return { server, url: `ws://127.0.0.1:${port}/` };
}

const idsOf = (results: readonly CheckResult[], wanted: CheckResult['result']) =>
  results.filter(({ result }) => result === wanted).map(({ id }) => id);

describe('the list of checks', () => {
  it('has at least 40, each once, with a level, a section and words for what is sent and expected', () => {
    const checks = serverChecks();
    expect(checks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { id, level, rfc, sent, expected } of checks) {
      expect(id).toMatch(/^[a-z]+\/[a-z0-9.^-]+$/);
      expect(level).toMatch(/^(MUST|SHOULD)$/);
      expect(rfc).toMatch(/^\d{4} §\d+(\.\d+)*$/);
      expect(sent.length * expected.length).toBeGreaterThan(0);
    }
  });
});

describe('a server of ws', () => {
  let ws: Awaited<ReturnType<typeof startWs>>;
  beforeAll(async () => {
    ws = await startWs({ perMessageDeflate: true });
  });
  afterAll(() => {
    for (const client of ws.server.clients) client.terminate();
    ws.server.close();
  });

  it('has no MUST that fails; the plan comes first, and each check once', async () => {
    const seen: string[] = [];
    let plan: ServerCheckPlan | undefined;
    let connections = 0;
    ws.server.on('connection', () => {
      connections += 1;
    });
    const report = await checkServer(ws.url, {
      ...QUICK,
      onPlan: (made) => {
        expect(seen).toEqual([]);
        plan = made;
      },
      onCheck: ({ id }) => seen.push(id),
    });
    expect(idsOf(report.checks, 'fail')).toEqual([
      'handshake/version-426',
      'handshake/http-1.0',
      'handshake/host-missing',
      'frames/length-16',
      'frames/length-64',
    ]);
    expect(report.ok).toBe(true);
    expect(idsOf(report.checks, 'n/a')).toEqual([
      'lifecycle/half-open',
      'lifecycle/keeps-idle',
      'restart/announced',
      'restart/back',
      'restart/retry-after',
    ]);
    expect(report.passed + report.failed + report.skipped).toBe(serverChecks().length);
    expect(report.checks.map(({ id }) => id)).toEqual(serverChecks().map(({ id }) => id));
    expect([...seen].sort()).toEqual(report.checks.map(({ id }) => id).sort());
    expect(plan).toMatchObject({
      url: ws.url,
      checks: serverChecks().length,
      perSecond: 1000,
      deadline: 60_000,
    });
    expect(connections).toBeLessThanOrEqual(plan?.connections ?? 0);
  });

  it('makes the checks that are asked for', async () => {
    const report = await checkServer(ws.url, { ...QUICK, only: ['ping/', 'close/answered'] });
    expect(report.checks.map(({ id }) => id)).toEqual(
      serverChecks()
        .map(({ id }) => id)
        .filter((id) => id.startsWith('ping/') || id === 'close/answered'),
    );
    const byLevel = await checkServer(ws.url, {
      ...QUICK,
      only: ({ level, id }) => level === 'SHOULD' && /^close/.test(id),
    });
    expect(byLevel.checks.every(({ level }) => level === 'SHOULD')).toBe(true);
  });

  it('passes the headers, the subprotocols and the credentials of the URL, and shows none of them', async () => {
    const seen: Record<string, unknown>[] = [];
    ws.server.on('headers', (_lines, { headers }) => seen.push(headers));
    const url = ws.url.replace('//', '//me:secret-1@').concat('room?token=secret-2');
    const report = await checkServer(url, {
      ...QUICK,
      headers: { 'X-Key': 'secret-3' },
      protocols: ['chat'],
      only: ['handshake/accepted'],
    });
    expect(report.ok).toBe(true);
    expect(seen[0]).toMatchObject({
      'x-key': 'secret-3',
      'sec-websocket-protocol': 'chat',
      authorization: `Basic ${Buffer.from('me:secret-1').toString('base64')}`,
    });
    expect(JSON.stringify(report)).not.toMatch(/secret/);
  });
});

describe('what cannot be examined', () => {
  it.each([
    ['http://127.0.0.1/', {}, 'write ws:'],
    ['nonsense', {}, 'takes a ws: or wss: URL'],
    ['ws://127.0.0.1/#part', {}, 'fragment'],
    ['ws://example.com/', {}, '--yes-i-may-test-this-server'],
    ['ws://127.0.0.1.example.com/', {}, 'not loopback'],
    ['ws://127.0.0.1/', { timeout: 0 }, 'timeout takes'],
    ['ws://127.0.0.1/', { timeout: Number.NaN }, 'timeout takes'],
    ['ws://127.0.0.1/', { clients: 1e9 }, 'clients takes'],
    ['ws://127.0.0.1/', { message: '' }, 'message takes'],
    ['ws://127.0.0.1/', { echo: 1 }, 'echo takes'],
    ['ws://127.0.0.1/', { restart: 1 }, 'restart takes'],
    ['ws://127.0.0.1/', { tls: {} }, 'wss:'],
    ['wss://127.0.0.1/', { tls: { agent: 1 } }, 'tls.agent'],
    ['ws://127.0.0.1/', { only: ['frames/none'] }, 'no check frames/none'],
    ['ws://127.0.0.1/', { only: 'frames/' }, 'only takes'],
    ['ws://127.0.0.1/', { timeOut: 1 }, 'no option timeOut'],
    ['ws://127.0.0.1/', { headers: { 'X-A': 'a\r\nb' } }, 'X-A'],
    ['ws://127.0.0.1/', { headers: { Upgrade: 'h2c' } }, 'belongs to the handshake'],
    ['ws://127.0.0.1/', { protocols: 'a b' }, 'protocols takes'],
  ] as const)('%s with %o', async (url, options, message) => {
    const failure = checkServer(url, options as object);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(ConfigurationError);
  });

  it('nobody listens: a ConnectionError with the code', async () => {
    const failure = checkServer(`ws://127.0.0.1:${await freePort()}/`, QUICK);
    await expect(failure).rejects.toThrow('ECONNREFUSED');
    await expect(failure).rejects.toBeInstanceOf(ConnectionError);
  });

  it('a server that refuses: one check fails and says what to give; the others cannot be made', async () => {
    const { server, url } = await startWs({ verifyClient: () => false });
    const report = await checkServer(url, QUICK);
    server.close();
    expect(idsOf(report.checks, 'fail')).toEqual(['handshake/accepted']);
    expect(report.checks[0]?.got).toMatch(/^401; .*headers/);
    expect(report.skipped).toBe(serverChecks().length - 1);
    expect(report.checks.at(-1)?.got).toContain('401');
  });
});

describe('a server without an answer', () => {
  let silent: Server;
  beforeAll(async () => {
    silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterAll(() => silent.close());

  const url = () => `ws://127.0.0.1:${(silent.address() as { readonly port: number }).port}/`;

  it('is judged once its time is over', async () => {
    const report = await checkServer(url(), { ...QUICK, timeout: 100 });
    expect(idsOf(report.checks, 'fail')).toEqual(['handshake/accepted']);
    expect(report.checks[0]?.got).toContain('no answer within 100 ms');
  });

  it('a signal ends the examination, and the deadline leaves out what has not begun', async () => {
    const aborted = new AbortController();
    const ended = checkServer(url(), { ...QUICK, timeout: 60_000, signal: aborted.signal });
    silent.once('connection', () => aborted.abort());
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    await expect(checkServer(url(), { ...QUICK, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const late = await checkServer(url(), { ...QUICK, timeout: 60_000, deadline: 100, only: ['handshake/'] });
    expect(new Set(late.checks.map(({ result }) => result))).toEqual(new Set(['n/a']));
  });
});
