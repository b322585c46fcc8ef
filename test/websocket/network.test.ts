/** The class on real sockets: what a server sees, and what the ends of connections fire. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { WebSocket, webSocketClass } from '../../src/websocket/index.js';
import { Child } from '../support/child.js';
import { acceptOf, rawServer } from '../support/rawServer.js';
import { next, record } from './support.js';

let server: FaultServer;

beforeEach(async () => {
  server = await FaultServer.start();
});

afterEach(() => server.stop());

async function open(Impl = WebSocket): Promise<WebSocket> {
  const ws = new Impl(server.url('/'));
  await next(ws, 'open');
  return ws;
}

describe('on a real connection', () => {
  it('text, bytes and Blobs go and come, in order', async () => {
    server.echo();
    const ws = await open();
    ws.binaryType = 'arraybuffer';
    const got: unknown[] = [];
    ws.onmessage = ({ data }) => got.push(data);
    ws.send('lone \ud800');
    ws.send(new Blob(['blob']));
    ws.send(Uint8Array.of(0, 1, 2).subarray(1));
    ws.send(Uint16Array.of(0x0201).buffer);
    ws.send('');
    await expect.poll(() => got.length).toBe(5);
    expect(got).toEqual([
      'lone \ufffd',
      new TextEncoder().encode('blob').buffer,
      Uint8Array.of(1, 2).buffer,
      Uint8Array.of(1, 2).buffer,
      '',
    ]);
    ws.close();
    await next(ws, 'close');
  });

  it('close() sends an empty Close, and 1005 comes back', async () => {
    const ws = await open();
    const lines = record(ws);
    ws.close();
    await next(ws, 'close');
    expect([lines, server.seen.closes]).toEqual([['close 3 1005 "" true'], [{ code: 1005, reason: '' }]]);
  });

  it('close(code, reason) sends both', async () => {
    const ws = await open();
    const lines = record(ws);
    ws.close(4000, 'č');
    await next(ws, 'close');
    expect([lines, server.seen.closes]).toEqual([['close 3 4000 "č" true'], [{ code: 4000, reason: 'č' }]]);
  });

  it('what was sent before close() arrives', async () => {
    const ws = await open();
    for (let count = 0; count < 100; count += 1) ws.send('x'.repeat(10_000));
    ws.close();
    await next(ws, 'close');
    expect([server.seen.messages.length, ws.bufferedAmount]).toEqual([100, 0]);
  });

  it('the headers and subprotocols of the handshake', async () => {
    const Impl = webSocketClass({ headers: { a: '1' } });
    const ws = new Impl(server.url('/path').replace('ws:', 'http:'), ['chat'], {
      headers: { B: '2' },
      origin: 'http://o',
    });
    await next(ws, 'open');
    expect(server.seen.handshakes[0]).toMatchObject({
      url: '/path',
      headers: { a: '1', b: '2', origin: 'http://o', 'sec-websocket-protocol': 'chat' },
    });
    expect(ws.protocol).toBe('chat');
    ws.close();
  });
});

describe('ends', () => {
  it('the Close of the peer', async () => {
    const ws = await open();
    const lines = record(ws);
    server.closeAll(4001, 'moved');
    await next(ws, 'close');
    expect(lines).toEqual(['close 3 4001 "moved" true']);
  });

  it('a FIN alone', async () => {
    const ws = await open();
    const lines = record(ws);
    server.terminateAll();
    await next(ws, 'close');
    expect(lines).toEqual(['close 3 1006 "" false']);
  });

  it('a reset', async () => {
    const ws = await open();
    const lines = record(ws);
    server.resetAll();
    await next(ws, 'close');
    expect(lines).toEqual(['error 3 ConnectionError', 'close 3 1006 "" false']);
  });

  it('a breach of the protocol', async () => {
    const peer = await rawServer((socket, head) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(head)}\r\n\r\n`,
      );
      // A reserved bit without an extension (RFC 6455 §5.2).
      socket.write(Buffer.from([0xf1, 0x00]));
      socket.on('data', () => socket.end());
    });
    const ws = new WebSocket(`ws://127.0.0.1:${peer.port}/`);
    const lines = record(ws);
    await next(ws, 'close');
    await peer.stop();
    expect(lines).toEqual(['open 1', 'error 3 ConnectionError', 'close 3 1006 "" false']);
  });

  it('a refusal of the handshake', async () => {
    server.refuse(503);
    const ws = new WebSocket(server.url('/'));
    const lines = record(ws);
    await next(ws, 'close');
    expect(lines).toEqual(['error 3 HandshakeError', 'close 3 1006 "" false']);
  });

  it('a peer that answers no Ping', async () => {
    server.setPongs(false);
    const ws = await open(webSocketClass({ heartbeatInterval: 40, heartbeatTimeout: 40 }));
    const lines = record(ws);
    await next(ws, 'close');
    expect(lines).toEqual(['close 3 1006 "" false']);
  });

  it('terminate()', async () => {
    const ws = await open();
    const lines = record(ws);
    ws.terminate();
    await next(ws, 'close');
    await server.waitFor(({ ended }) => ended === 1);
    expect([lines, server.seen.closes]).toEqual([['close 3 1006 "" false'], []]);
  });

  it('with reconnect it comes back', async () => {
    const ws = await open(webSocketClass({ reconnect: true, reconnectDelay: 5 }));
    const lines = record(ws);
    server.terminateAll();
    ws.addEventListener('close', () => ws.send('after the loss'), { once: true });
    const { data } = await server.waitForMessage();
    ws.close();
    await next(ws, 'close');
    expect([data, lines]).toEqual([
      'after the loss',
      ['close 3 1006 "" false', 'open 1', 'close 3 1005 "" true'],
    ]);
  });
});

it('ping() is answered with a pong of the client', async () => {
  const ws = await open();
  const pong = new Promise((resolve) => ws.client.once('pong', resolve));
  ws.ping();
  expect(await pong).toBeGreaterThanOrEqual(0);
  ws.close();
  await next(ws, 'close');
});

it('a listener that throws is reported as an uncaught error, and the others are called', async () => {
  server.sendOnAccept(['x']);
  const child = new Child([
    '--input-type=module',
    '--eval',
    `
    import { WebSocket } from './src/websocket/index.ts';
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    const ws = new WebSocket(${JSON.stringify(server.url('/'))});
    ws.onopen = () => { throw new Error('of open'); };
    ws.addEventListener('open', () => console.log('open'));
    ws.onmessage = () => { throw new Error('of message'); };
    ws.addEventListener('message', () => { console.log('message'); ws.close(); });
    ws.onclose = () => console.log('close');
    `,
  ]);
  const { code } = await child.ended;
  const lines = child.output.trim().split('\n').sort();
  expect([code, lines]).toEqual([0, ['close', 'message', 'open', 'uncaught of message', 'uncaught of open']]);
});
