/** The fault server against raw `ws` clients: every fault is what its name says, and all is on record. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FaultServer } from '../../src/testing/faultServer.js';
import type { GarbageKind } from '../../src/testing/frames.js';
import { testTls } from '../support/tls.js';

let server: FaultServer;
const clients: { readonly socket: WebSocket }[] = [];

beforeEach(async () => {
  server = await FaultServer.start();
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.stop();
});

/** A raw client, with all that it reports and methods to wait for it. */
function dial(options: ConstructorParameters<typeof WebSocket>[2] & object = {}, url = server.url('/a?b=c')) {
  const socket = new WebSocket(url, ['chat', 'other'], { perMessageDeflate: false, ...options });
  const reported = { messages: [] as string[], error: '', socketError: '', code: 0, reason: '' };
  socket.on('message', (data) => reported.messages.push(String(data)));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reported.error = error.code ?? error.message;
  });
  // `ws` keeps the error of an established connection's socket to itself.
  socket.on('upgrade', (response) => {
    response.socket.on('error', (error: NodeJS.ErrnoException) => {
      reported.socketError = error.code ?? '';
    });
  });
  const opened = new Promise<void>((resolve) => socket.on('open', () => resolve()));
  const closed = new Promise<void>((resolve) =>
    socket.on('close', (code, reason) => {
      Object.assign(reported, { code, reason: String(reason) });
      resolve();
    }),
  );
  const client = { socket, reported, opened, closed };
  clients.push(client);
  return client;
}

async function opened(options?: Parameters<typeof dial>[0]) {
  const client = dial(options);
  await client.opened;
  return client;
}

/** Long enough for loopback to bring what is not held back. */
const grace = () => new Promise((resolve) => setTimeout(resolve, 40));

describe('handshakes', () => {
  it('are accepted and recorded', async () => {
    const { socket } = await opened({ headers: { 'x-test': '1' } });
    expect(socket.protocol).toBe('chat');
    expect(server.seen.handshakes).toMatchObject([{ url: '/a?b=c', headers: { 'x-test': '1' } }]);
    const connection = await server.waitForConnection();
    expect(server.connections).toEqual([connection]);
    expect(server.sockets).toBe(1);
  });

  it('are refused', async () => {
    server.refuse(503, { 'Retry-After': '3' }, 'busy');
    const client = dial();
    const [, response] = await once(client.socket, 'unexpected-response');
    expect([
      response.statusCode,
      response.headers['retry-after'],
      response.headers['content-length'],
    ]).toEqual([503, '3', '4']);
    client.socket.terminate();
    await client.closed;
    expect(server.connections).toEqual([]);
  });

  it('are stalled, and dropped', async () => {
    server.stall();
    const stalled = dial();
    await server.waitFor((seen) => seen.handshakes.length === 1);
    expect(stalled.socket.readyState).toBe(WebSocket.CONNECTING);
    server.resetAll();
    await stalled.closed;
    server.drop();
    const dropped = dial();
    await dropped.closed;
    expect([stalled.reported.error, dropped.reported.error]).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  it('are answered late', async () => {
    server.answerLate(60);
    const start = performance.now();
    await opened();
    expect(performance.now() - start).toBeGreaterThanOrEqual(59);
  });

  it('are dripped, and work afterwards', async () => {
    server.echo();
    server.drip(1);
    const { socket } = await opened();
    socket.send('after');
    const [data] = await once(socket, 'message');
    expect(String(data)).toBe('after');
    expect(server.connections).toHaveLength(1);
  });

  it('are accepted and dropped', async () => {
    server.dropAfterAccept();
    const client = dial();
    await client.opened;
    await client.closed;
    expect(client.reported.code).toBe(1006);
  });

  it('bring messages in the same segment', async () => {
    server.sendOnAccept(['one', Uint8Array.of(50), 'x'.repeat(2000)]);
    // The whole of what the server has written is in the first read of a raw socket.
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const [first] = await once(socket, 'data');
    socket.destroy();
    expect(String(first)).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(String(first).endsWith('x'.repeat(2000))).toBe(true);
    const client = await opened();
    while (client.reported.messages.length < 3) await once(client.socket, 'message');
    expect(client.reported.messages.slice(0, 2)).toEqual(['one', '2']);
  });

  it('bring a Close', async () => {
    server.closeOnAccept(1013, 'later');
    const client = dial();
    await client.closed;
    expect(client.reported).toMatchObject({ code: 1013, reason: 'later', error: '' });
    await server.waitFor((seen) => seen.closes.length === 1);
    expect(server.seen.closes).toEqual([{ code: 1013, reason: 'later' }]);
  });

  it.each([
    ['wrongAccept', /Accept/],
    ['unaskedExtension', /extension/i],
    ['wrongProtocol', /subprotocol/],
  ] as const)('are forged: %s', async (fault, message) => {
    server[fault]();
    const client = dial();
    await client.closed;
    expect(client.reported.error).toMatch(message);
  });

  it('choose among the subprotocols', async () => {
    await using picky = await FaultServer.start({ protocols: ['nope', 'other'] });
    const { socket, opened } = dial({}, picky.url());
    await opened;
    expect(socket.protocol).toBe('other');
  });

  it('work over TLS, resets included', async () => {
    await using secure = await FaultServer.start({ tls: testTls });
    secure.echo();
    secure.sendOnAccept(['first']);
    const client = dial({ ca: testTls.cert }, secure.url());
    await client.opened;
    while (client.reported.messages.length < 1) await once(client.socket, 'message');
    client.socket.send('again');
    await secure.waitForMessage(({ data }) => data === 'again');
    secure.resetAll();
    await client.closed;
    expect([client.reported.messages[0], client.reported.code]).toEqual(['first', 1006]);
  });
});

describe('connections', () => {
  it('echo, broadcast and are waited for', async () => {
    server.echo();
    const first = await opened();
    const second = await opened();
    expect(await server.waitForConnection(2)).toBe(server.connections[1]);
    first.socket.send('text');
    second.socket.send(Buffer.from('bytes'));
    const [bytes, text] = await Promise.all([
      server.waitForMessage(({ isBinary }) => isBinary),
      server.waitForMessage(({ isBinary }) => !isBinary),
    ]);
    expect([text.data, bytes.data]).toEqual(['text', Buffer.from('bytes')]);
    expect([...server.connections]).toEqual(expect.arrayContaining([text.connection, bytes.connection]));
    while (first.reported.messages.length < 1) await once(first.socket, 'message');
    server.broadcast('all');
    await Promise.all([once(first.socket, 'message'), once(second.socket, 'message')]);
    expect(first.reported.messages).toEqual(['text', 'all']);
    server.forget();
    expect(server.seen).toMatchObject({ messages: [], frames: [], handshakes: [] });
  });

  it('record frames', async () => {
    const { socket } = await opened();
    socket.send('abc');
    socket.send(new Uint8Array(70_000));
    socket.send('x'.repeat(300), { fin: false });
    socket.send('', { fin: true });
    socket.ping();
    socket.close(4001, 'done');
    await server.waitFor((seen) => seen.closes.length === 1);
    const frame = { fin: true, compressed: false, masked: true };
    expect(server.seen.frames).toEqual([
      { ...frame, opcode: 1, length: 3 },
      { ...frame, opcode: 2, length: 70_000 },
      { ...frame, opcode: 1, length: 300, fin: false },
      { ...frame, opcode: 0, length: 0 },
      { ...frame, opcode: 9, length: 0 },
      { ...frame, opcode: 8, length: 6 },
    ]);
    expect(server.seen.closes).toEqual([{ code: 4001, reason: 'done' }]);
    await server.waitFor((seen) => seen.ended === 1);
    expect(server.connections).toEqual([]);
  });

  it('answer Pings, or not', async () => {
    const { socket } = await opened();
    let pongs = 0;
    socket.on('pong', () => {
      pongs += 1;
    });
    socket.ping();
    await once(socket, 'pong');
    server.setPongs(false);
    socket.ping();
    await server.waitFor((seen) => seen.pings === 2);
    server.broadcast('behind any pong');
    await once(socket, 'message');
    expect(pongs).toBe(1);
    server.connections[0]?.ping();
    await server.waitFor((seen) => seen.pongs === 1);
  });

  it('ignore a Close', async () => {
    const { socket, closed, reported } = await opened();
    server.ignoreClose();
    socket.close(1000, 'bye');
    await server.waitFor((seen) => seen.closes.length === 1);
    await grace();
    expect([socket.readyState, server.connections.length]).toEqual([WebSocket.CLOSING, 1]);
    socket.terminate();
    await closed;
    expect(reported.code).toBe(1006);
    await server.waitFor((seen) => seen.ended === 1);
  });

  it('send a Close and keep TCP', async () => {
    const client = await opened();
    server.closeAndKeepTcp(1012, 'restart');
    await server.waitFor((seen) => seen.closes.length === 1);
    await grace();
    expect([client.socket.readyState, server.sockets]).toEqual([WebSocket.CLOSING, 1]);
    client.socket.terminate();
    await client.closed;
    expect(client.reported).toMatchObject({ code: 1012, reason: 'restart' });
    expect(server.sockets).toBe(1);
    server.terminateAll();
    await server.waitFor((seen) => seen.ended === 1);
  });

  it('freeze and thaw, both directions, handshakes too', async () => {
    const client = await opened();
    server.freeze();
    server.freeze();
    client.socket.send('up');
    client.socket.ping();
    server.broadcast('down');
    const late = dial();
    await grace();
    expect(server.seen).toMatchObject({ messages: [], pings: 0 });
    expect([client.reported.messages, late.socket.readyState]).toEqual([[], WebSocket.CONNECTING]);
    server.thaw();
    await Promise.all([server.waitForMessage(), once(client.socket, 'pong'), late.opened]);
    expect(client.reported.messages).toEqual(['down']);
  });

  it('are cut inside a frame, terminated, reset and closed', async () => {
    const cut = await opened();
    server.cutInsideFrame();
    await cut.closed;
    const terminated = await opened();
    server.terminateAll();
    await terminated.closed;
    const reset = await opened();
    server.resetAll();
    await reset.closed;
    const closed = await opened();
    server.closeAll(4000, 'over');
    await closed.closed;
    expect([cut.reported, terminated.reported, reset.reported, closed.reported]).toMatchObject([
      { code: 1006, socketError: '' },
      { code: 1006, socketError: '' },
      { code: 1006, socketError: 'ECONNRESET', error: '' },
      { code: 4000, reason: 'over' },
    ]);
  });

  it.each<[GarbageKind, number, string]>([
    ['reservedBits', 1002, 'WS_ERR_UNEXPECTED_RSV_2_3'],
    ['maskedFrame', 1002, 'WS_ERR_UNEXPECTED_MASK'],
    ['badUtf8', 1007, 'WS_ERR_INVALID_UTF8'],
    ['hugeLength', 1009, 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'],
    ['zipBomb', 1009, 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'],
    ['manyFragments', 1008, 'WS_ERR_TOO_MANY_BUFFERED_PARTS'],
    ['badOpcode', 1002, 'WS_ERR_INVALID_OPCODE'],
    ['longControlFrame', 1002, 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH'],
    ['fragmentedControl', 1002, 'WS_ERR_EXPECTED_FIN'],
  ])('send garbage: %s', async (kind, code, error) => {
    await using deflating = await FaultServer.start({ perMessageDeflate: true });
    const client = dial({ perMessageDeflate: true, maxPayload: 2 ** 20 }, deflating.url());
    await client.opened;
    deflating.sendGarbage(kind);
    await client.closed;
    await deflating.waitFor((seen) => seen.closes.length === 1);
    expect([client.reported.error, deflating.seen.closes]).toEqual([error, [{ code, reason: '' }]]);
  });

  it('send a flood of Pings, and any bytes', async () => {
    const { socket } = await opened();
    let pings = 0;
    socket.on('ping', () => {
      pings += 1;
    });
    server.sendGarbage('pingFlood');
    server.sendGarbage(Uint8Array.of(0x81, 1, 0x79));
    const [data] = await once(socket, 'message');
    expect([pings, String(data)]).toEqual([10_000, 'y']);
  });
});

describe('the server', () => {
  it('stops and restarts on the same port', async () => {
    const { port } = server;
    const client = await opened();
    const waiting = server.waitForMessage();
    await Promise.all([server.stop(), server.stop()]);
    await expect(waiting).rejects.toThrow('stopped');
    await client.closed;
    expect([server.sockets, server.connections]).toEqual([0, []]);
    const refused = dial();
    await refused.closed;
    expect(refused.reported.error).toBe('ECONNREFUSED');
    await server.restart();
    expect(server.port).toBe(port);
    await opened();
    await server.restart();
    expect(server.connections).toEqual([]);
    await opened();
  });

  it('takes the port it is given, or says why not', async () => {
    await server.stop();
    await using second = await FaultServer.start({ port: server.port });
    expect(second.url()).toBe(server.url());
  });
});
