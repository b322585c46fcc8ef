/** The seed's examples from "Complete Examples" to "Troubleshooting", as they stand, against a real server. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.js';
import { runSource } from '../support/child.js';
import { addressed, block, blocks, parts } from './examples.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.start();
});
afterEach(() => stage.end());

/** A function for an example to call, and what it was called with. */
function recorder(): { readonly calls: unknown[]; readonly call: (given: unknown) => void } {
  const calls: unknown[] = [];
  return {
    calls,
    call(given) {
      calls.push(given);
      stage.check();
    },
  };
}

const json = (value: unknown): string => JSON.stringify(value);

describe('Complete Examples', () => {
  it('Chat Application', async () => {
    const { server } = stage;
    await stage.run('Complete Examples › Chat Application');
    const { data } = await server.waitForMessage();
    expect(JSON.parse(String(data))).toEqual({
      type: 'message',
      text: 'Hello, everyone!',
      timestamp: expect.any(Number),
    });
    expect(server.seen.handshakes[0]?.url).toBe('/room/general');
    server.broadcast(json({ type: 'message', user: 'Ada', text: 'Hi' }));
    server.broadcast(json({ type: 'system', text: 'Ada is typing' }));
    await stage.prints('log [System]');
    server.terminateAll();
    await stage.prints('log ↻');
    expect(stage.printed).toEqual([
      'log ✓ Connected to chat',
      'log Ada: Hi',
      'log [System] Ada is typing',
      'log ✗ Disconnected from chat',
      'log ↻ Reconnecting (attempt 1)...',
    ]);
  });

  it('Real-Time Dashboard: the loop goes on over a reconnection', async () => {
    const { server, clock } = stage;
    const updates = recorder();
    const done = stage.run('Complete Examples › Real-Time Dashboard', {
      client: stage.client(),
      updateDashboard: updates.call,
    });
    const first = await server.waitForConnection(1);
    first.send(json({ cpu: 1, memory: 2, requests: 3 }));
    await stage.until(() => updates.calls.length === 1);
    server.terminateAll();
    await stage.until(() => stage.ws.state === 'backoff');
    await clock.advanceAsync(1000);
    const second = await server.waitForConnection(2);
    second.send(json({ cpu: 4, memory: 5, requests: 6, more: true }));
    await stage.until(() => updates.calls.length === 2);
    await stage.ws.close();
    await done;
    expect(updates.calls).toEqual([
      { cpu: 1, memory: 2, requests: 3 },
      { cpu: 4, memory: 5, requests: 6 },
    ]);
  });

  it('Trading Feed with Binary Data', async () => {
    await stage.run('Complete Examples › Trading Feed with Binary Data', { client: stage.client() });
    const connection = await stage.server.waitForConnection();
    const tick = Buffer.alloc(16);
    tick.writeDoubleLE(64_000.5, 0);
    tick.writeDoubleLE(0.25, 8);
    connection.send(tick);
    connection.send(json({ status: 'halted' }));
    await stage.prints('log Control message');
    expect(stage.printed).toEqual([
      'log BTC-USD: $64000.5 (0.25 BTC)',
      "log Control message: { status: 'halted' }",
    ]);
  });

  it('Notifications with Protocols', async () => {
    const shown = recorder();
    await stage.run('Complete Examples › Notifications with Protocols', {
      client: stage.client(),
      token: 'secret',
      showNotification: shown.call,
    });
    const { data } = await stage.server.waitForMessage();
    expect(JSON.parse(String(data))).toEqual({
      action: 'subscribe',
      topics: ['alerts', 'messages', 'updates'],
    });
    expect(stage.server.seen.handshakes[0]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': 'MyApp/1.0',
      'sec-websocket-protocol': 'notifications-v2, notifications-v1',
    });
    expect(stage.ws.protocol).toBe('notifications-v2');
    stage.server.broadcast(json({ alert: 'fire' }));
    await stage.until(() => shown.calls.length === 1);
    expect(shown.calls).toEqual([{ alert: 'fire' }]);
  });
});

describe('Error Handling', () => {
  it('Connection Errors: ECONNREFUSED is told from a 401, and from everything else', async () => {
    const { server } = stage;
    const example = () => stage.run('Error Handling › Connection Errors', { client: stage.client() });
    server.refuse(401);
    await example();
    await stage.prints('error Authentication failed');
    server.wrongAccept();
    await example();
    await stage.prints('error WebSocket error: HandshakeError');
    await server.stop();
    await example();
    await stage.prints('error Server is down');
    expect(stage.printed).toHaveLength(3);
  });

  it('Message Parsing Errors', async () => {
    const handled = recorder();
    await stage.run('Error Handling › Message Parsing Errors', {
      ws: await stage.open(),
      handleMessage: handled.call,
    });
    stage.server.broadcast('{"fine":true}');
    stage.server.broadcast('not fine');
    await stage.prints('error');
    expect(handled.calls).toEqual([{ fine: true }]);
    expect(stage.printed).toEqual(['error Failed to parse message: not fine']);
  });

  it('Graceful Shutdown: the server sees 1000 and the reason, though the process exits at once', async () => {
    const child = runSource(`
      import { createClient } from './src/index.ts';
      const client = createClient({ baseUrl: '${stage.server.url()}' });
      const ws = client.websocket('/');
      await ws.connect();
      ${addressed(block('Error Handling › Graceful Shutdown').code, stage.server.port)}
      console.log('ready');
    `);
    await child.prints('ready');
    child.kill('SIGINT');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.output).toContain('Shutting down...');
    await stage.server.waitFor(({ closes }) => closes.length === 1);
    expect(stage.server.seen.closes).toEqual([{ code: 1000, reason: 'Client shutting down' }]);
  });
});

describe('Best Practices', () => {
  it('1. Always Handle Reconnection', async () => {
    const { server, clock } = stage;
    const alerts = recorder();
    server.refuse(503);
    await stage.run('Best Practices › 1. Always Handle Reconnection', {
      client: stage.client(),
      alert: alerts.call,
    });
    const delays = stage.delaysOf(stage.ws);
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await stage.until(() => delays.length === attempt);
      expect(alerts.calls).toEqual([]);
      await clock.advanceAsync(delays.at(-1)?.[1] ?? 0);
    }
    await stage.until(() => alerts.calls.length === 1);
    expect(alerts.calls).toEqual(['Lost connection to server. Please refresh the page.']);
    expect(server.seen.handshakes).toHaveLength(11);
  });

  it('2. Use Heartbeat for Long-Lived Connections', async () => {
    await stage.run('Best Practices › 2. Use Heartbeat for Long-Lived Connections', {
      client: stage.client(),
    });
    await stage.until(() => stage.ws.isConnected);
    await stage.clock.advanceAsync(30_000);
    await stage.server.waitFor(({ pings }) => pings === 1);
  });

  it('3. Parse Messages Safely', async () => {
    await stage.run('Best Practices › 3. Parse Messages Safely', { ws: await stage.open() });
    stage.server.broadcast('{}');
    stage.server.broadcast('nonsense');
    await stage.prints('warn');
    expect(stage.printed).toEqual(['warn Invalid message format: nonsense']);
  });

  it('4. Clean Up Resources: unmounting closes', async () => {
    const handled = recorder();
    let unmount: (() => void) | undefined;
    // React calls an effect once after mounting, where its list of dependencies is empty.
    const runEffect = (effect: () => () => void): void => {
      unmount = effect();
    };
    await stage.run('Best Practices › 4. Clean Up Resources', {
      client: stage.client(),
      useEffect: runEffect,
      handleMessage: handled.call,
    });
    (await stage.server.waitForConnection()).send('news');
    await stage.until(() => handled.calls.length === 1);
    expect(handled.calls).toEqual([{ data: 'news', isBinary: false }]);
    unmount?.();
    await stage.server.waitFor(({ closes }) => closes[0]?.code === 1000);
  });

  it('5. Authentication: by header, and by the first message', async () => {
    await stage.run('Best Practices › 5. Authentication', {
      client: stage.client(),
      getAuthToken: () => 'fresh',
    });
    const { data } = await stage.server.waitForMessage();
    expect(JSON.parse(String(data))).toEqual({ action: 'authenticate', token: 'fresh' });
    expect(stage.server.seen.handshakes[0]?.headers.authorization).toBe('Bearer fresh');
  });
});

describe('Troubleshooting', () => {
  it('Connection Fails Immediately: http:// is refused with what to write instead; ws:// connects', async () => {
    const { right, wrong } = parts(block('Troubleshooting › Connection Fails Immediately').code);
    const failure = stage.runCode(wrong, { client: stage.client() });
    await expect(failure).rejects.toThrow(ConfigurationError);
    await expect(failure).rejects.toThrow(/write ws:\/\/example\.com/);
    expect(stage.made).toEqual([]);

    await stage.runCode(right, { client: stage.client() });
    await stage.server.waitForConnection();
    expect(stage.server.seen.handshakes.map(({ url }) => url)).toEqual(['/chat']);
  });

  it('Messages Not Received: the right order misses nothing, and the wrong one does not either', async () => {
    const { right, wrong } = parts(block('Troubleshooting › Messages Not Received').code);
    // The earliest a message can come: in the same segment as the answer to the handshake.
    stage.server.sendOnAccept(['early']);
    for (const code of [right, wrong]) {
      const handled = recorder();
      await stage.runCode(code, { client: stage.client(), handleMessage: handled.call });
      await stage.until(() => handled.calls.length === 1);
      expect(handled.calls).toEqual([{ data: 'early', isBinary: false }]);
    }
  });

  it('Reconnection Not Working: it needs reconnect: true', async () => {
    await stage.run('Troubleshooting › Reconnection Not Working', { client: stage.client() });
    const reconnecting = stage.ws;
    const other = await stage.open();
    await stage.until(() => reconnecting.isConnected);
    stage.server.terminateAll();
    await stage.until(() => reconnecting.state === 'backoff' && other.state === 'closed');
  });
});

describe('all of the seed', () => {
  it('leaves no example out', () => {
    const folder = new URL('.', import.meta.url);
    const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const text = tests.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
    const missing = blocks.map(({ heading }) => heading).filter((heading) => !text.includes(`'${heading}'`));
    expect(missing).toEqual([]);
  });
});
