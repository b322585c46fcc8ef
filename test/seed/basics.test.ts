/** The seed's examples from "Quick Start" to "Sending Messages", as they stand, against a real server. */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPTION_TABLE } from '../../src/api/options/optionTable.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { block } from './examples.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.start();
});
afterEach(() => stage.end());

describe('Quick Start', () => {
  it('sends before it is open, and receives what the server answers', async () => {
    stage.server.echo();
    await stage.run('Quick Start');
    await stage.prints('log');
    expect(stage.printed).toEqual(['log Received: Hello, server!']);
    const { handshakes, messages } = stage.server.seen;
    expect(handshakes.map(({ url }) => url)).toEqual(['/chat']);
    expect(messages.map(({ data, isBinary }) => [data, isBinary])).toEqual([['Hello, server!', false]]);
  });
});

describe('Creating Connections', () => {
  it('Using Client: a path, a full URL and the alias all connect', async () => {
    await stage.run('Creating Connections › Using Client');
    await stage.server.waitForConnection(3);
    const urls = stage.server.seen.handshakes.map(({ url }) => url);
    expect(urls.sort()).toEqual(['/chat', '/notifications', '/room/123']);
  });

  it('Direct Import: connect() resolves when it is open', async () => {
    await stage.run('Creating Connections › Direct Import');
    expect(stage.ws.isConnected).toBe(true);
    expect(stage.server.seen.handshakes.map(({ url }) => url)).toEqual(['/room']);
  });
});

describe('Configuration Options', () => {
  const HEADING = 'Configuration Options › Example with Options';

  it('Example with Options: through its proxy, the handshake carries every option', async () => {
    const proxy = await ConnectProxy.start();
    // The proxy is a server, too: its address is replaced as theirs are.
    const code = block(HEADING).code.replace('proxy.internal:8080', `127.0.0.1:${proxy.port}`);
    await stage.runCode(code, { client: stage.client() });
    await stage.server.waitForConnection();
    await stage.until(() => stage.ws.isConnected);
    expect(proxy.heads).toEqual([expect.stringContaining(`CONNECT 127.0.0.1:${stage.server.port}`)]);
    expect(stage.server.seen.handshakes[0]).toMatchObject({
      url: '/chat',
      headers: {
        authorization: 'Bearer token123',
        'sec-websocket-protocol': 'chat-v2, chat-v1',
        'sec-websocket-extensions': expect.stringContaining('permessage-deflate'),
      },
    });
    expect(stage.ws.protocol).toBe('chat-v2');
    await stage.ws.close();
    await proxy.stop();
  });

  it('the documented defaults are those of the code', () => {
    const { code } = block('Configuration Options');
    const documented = [...code.matchAll(/(\w+)\?: .*\/\/ default: (\w+)/g)];
    expect(documented).toHaveLength(6);
    for (const [, name = '', value] of documented) {
      expect([name, String(OPTION_TABLE[name as keyof typeof OPTION_TABLE].default)]).toEqual([name, value]);
    }
  });
});

describe('Event-Based API', () => {
  it('Available Events: each of them comes when its time has come', async () => {
    const { server, clock } = stage;
    const ws = stage.client().websocket('/', { reconnect: true, maxReconnectAttempts: 1 });
    await stage.run('Event-Based API › Available Events', { ws });
    await stage.prints('log Connected!');

    server.broadcast('text');
    server.broadcast(Buffer.from([7]));
    await stage.prints('log Is binary', 2);

    // The peer falls silent, and refuses to come back.
    server.setPongs(false);
    server.refuse(503);
    await clock.advanceAsync(40_000);
    await stage.prints('log Reconnecting');
    await clock.advanceAsync(1000);
    await stage.prints('log Max');

    expect(stage.printed.map((line) => line.split('\n')[0])).toEqual([
      'log Connected!',
      'log Data: text',
      'log Is binary: false',
      'log Data: <Buffer 07>',
      'log Is binary: true',
      'log Heartbeat timed out, reconnecting...',
      'log Closed: 1006 - ',
      'log Reconnecting (attempt 1) in 1000ms...',
      expect.stringMatching(/^error Reconnection failed: HandshakeError: .*503/),
      'log Closed: 1006 - ',
      expect.stringMatching(/^error Error: ReconnectExhaustedError/),
      'log Max reconnection attempts reached',
    ]);
  });
});

describe('Async Iterator API', () => {
  it('connects by itself, yields messages, and ends on break', async () => {
    const done = stage.run('Async Iterator API', { client: stage.client() });
    const connection = await stage.server.waitForConnection();
    for (const data of ['one', 'two', 'STOP', 'unread']) connection.send(data);
    await done;
    expect(stage.printed).toEqual(['log Message: one', 'log Message: two', 'log Message: STOP']);
    await stage.server.waitFor(({ closes }) => closes.length === 1);
    expect(stage.server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('With Error Handling: what the loop body throws is caught, and finally closes', async () => {
    const processed: unknown[] = [];
    const processData = async (data: unknown): Promise<void> => {
      processed.push(data);
    };
    const done = stage.run('Async Iterator API › With Error Handling', {
      ws: await stage.open(),
      processData,
    });
    stage.server.broadcast('{"n":1}');
    stage.server.broadcast('no JSON');
    await done;
    expect(processed).toEqual([{ n: 1 }]);
    expect(stage.printed[0]).toMatch(/^error Stream error: SyntaxError/);
    await stage.server.waitFor(({ closes }) => closes[0]?.code === 1000);
  });

  it('With Error Handling: a loss is thrown into the loop', async () => {
    const done = stage.run('Async Iterator API › With Error Handling', {
      ws: await stage.open(),
      processData: () => {},
    });
    stage.server.terminateAll();
    await done;
    expect(stage.printed[0]).toMatch(/^error Stream error: ConnectionClosedError: .*1006/);
  });
});

describe('Streaming & Backpressure', () => {
  it('pipes a file out and one in, byte by byte the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recker-seed-'));
    const input = randomBytes(300_000);
    const output = randomBytes(300_000);
    await writeFile(join(folder, 'input.bin'), input);
    // The examples name files of the working directory; theirs is the new folder.
    let writes = false;
    const fs = {
      createReadStream: (path: string) => createReadStream(join(folder, path)),
      createWriteStream: (path: string) => {
        writes = true;
        stage.check();
        return createWriteStream(join(folder, path));
      },
    };
    const done = stage.run('Streaming & Backpressure', { ws: await stage.open() }, { 'node:fs': fs });
    await stage.until(() => writes);
    const connection = await stage.server.waitForConnection();
    for (let at = 0; at < output.length; at += 70_000) connection.send(output.subarray(at, at + 70_000));
    connection.close(1000);
    await done;

    const received = stage.server.seen.messages.map(({ data }) => data as Buffer);
    expect(Buffer.concat(received).equals(input)).toBe(true);
    expect((await readFile(join(folder, 'output.bin'))).equals(output)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it('`await ws.send(data, { awaitDrain: true })` waits until bufferedAmount is low', async () => {
    const ws = await stage.open();
    await ws.send(Buffer.alloc(8 << 20), { awaitDrain: true });
    expect(ws.bufferedAmount).toBeLessThanOrEqual(16_384);
    await stage.server.waitForMessage();
  });
});

describe('Sending Messages', () => {
  const sent = async (heading: string): Promise<readonly [string | Buffer, boolean]> => {
    await stage.run(heading, { ws: await stage.open() });
    const { data, isBinary } = await stage.server.waitForMessage();
    return [data, isBinary];
  };

  it('Send String', async () => {
    expect(await sent('Sending Messages › Send String')).toEqual(['Hello, server!', false]);
  });

  it('Send Buffer', async () => {
    expect(await sent('Sending Messages › Send Buffer')).toEqual([Buffer.from('Binary data'), true]);
  });

  it('Send JSON', async () => {
    const [data, isBinary] = await sent('Sending Messages › Send JSON');
    expect(isBinary).toBe(false);
    expect(JSON.parse(String(data))).toEqual({ type: 'ping', timestamp: expect.any(Number) });
  });

  it('Send ArrayBuffer', async () => {
    expect(await sent('Sending Messages › Send ArrayBuffer')).toEqual([Buffer.from([1, 2, 3, 4]), true]);
  });
});
