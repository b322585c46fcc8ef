/** Which frames leave when, read by ws's own server: it checks each mask, length and text. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';
import { FrameWriter } from '../../src/services/ws/frameWriter.js';

let server: WebSocketServer;
let received: Map<string, Buffer[]>;
/** Resolves when so many clients have sent their last message. */
const ended = (clients: number) =>
  new Promise<void>((resolve) => {
    let missing = clients;
    server.on('all', () => {
      missing -= 1;
      if (missing === 0) resolve();
    });
  });

beforeEach(async () => {
  received = new Map();
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (peer, { url = '' }) => {
    const got: Buffer[] = [];
    received.set(url, got);
    peer.on('message', (data: Buffer, isBinary) => {
      got.push(Buffer.concat([Buffer.from(isBinary ? 'b' : 't'), data]));
      if (data.toString() === 'last') server.emit('all');
    });
  });
  await once(server, 'listening');
});
afterEach(() => {
  for (const peer of server.clients) peer.terminate();
  server.close();
});

const open = async (path: string): Promise<ReckerWebSocket> => {
  const ws = new ReckerWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  await ws.connect();
  return ws;
};

/** Around the sizes at which frames change their header and their memory. */
const SIZES = [
  0, 1, 15, 16, 125, 126, 700, 1365, 1366, 4095, 4096, 4097, 9000, 32_768, 65_535, 65_536, 70_001,
];

describe('messages of every size in one tick', () => {
  it('arrive whole and in order, whatever other connections send between them', async () => {
    const clients = await Promise.all(['/a', '/b', '/c'].map(open));
    const sent: Buffer[] = [];
    const all = ended(clients.length);
    for (const [turn, size] of [...SIZES, ...SIZES.toReversed()].entries()) {
      const text = 'é'.repeat(size >> 1) + 'x'.repeat(size & 1);
      const bytes = Buffer.alloc(size, turn + 1);
      for (const client of clients) {
        client.send(text);
        client.send(bytes);
      }
      // The caller may reuse its bytes.
      sent.push(Buffer.from(`t${text}`), Buffer.concat([Buffer.from('b'), bytes]));
      bytes.fill(0);
    }
    for (const client of clients) client.send('last');
    sent.push(Buffer.from('tlast'));
    await all;
    for (const got of received.values()) {
      expect(got.length).toBe(sent.length);
      expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
    }
    expect(received.size).toBe(3);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('keep their order around a Blob, which ws reads later', async () => {
    const client = await open('/blob');
    const all = ended(1);
    client.send('before');
    client.send('with');
    client.send(new Blob(['blob']));
    client.send('behind');
    client.send('last');
    await all;
    expect(received.get('/blob')?.map(String)).toEqual(['tbefore', 'twith', 'bblob', 'tbehind', 'tlast']);
    await client.close();
  });
});

describe('a socket that was ended before the tick was over', () => {
  let listener: Server;
  let socket: Socket;
  beforeEach(async () => {
    listener = createServer((peer) => peer.resume()).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    socket = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
  });
  afterEach(() => {
    socket.destroy();
    listener.close();
  });

  it('gets no write, which Node would take for its error, and what it did not get stays counted', async () => {
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    let ticks = 0;
    const writer = new FrameWriter(socket, {
      onSent() {
        ticks += 1;
      },
      onLargeWrite() {},
    });
    writer.writeText('leaves at once');
    expect(writer.held).toBe(0);
    writer.writeText('waits');
    expect(writer.held).toBe(6 + 5);
    socket.end();
    await once(socket, 'close');
    expect({ ticks, held: writer.held, errors }).toEqual({ ticks: 1, held: 6 + 5, errors: [] });
  });
});
