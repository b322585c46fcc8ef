/** `for await`: order, backpressure to the peer, reconnects, several at once, and how it ends. */
import { afterEach, describe, expect, it } from 'vitest';
import { MESSAGE_COST } from '../../src/api/outgoing/sendQueue.js';
import {
  AbortError,
  ConnectionClosedError,
  ConnectionError,
  type ReckerWebSocket,
  type WebSocketMessage,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { endAll, makeClient, quiet, serve, until } from './support.js';

afterEach(endAll);

/** A client over a fake transport, open. */
async function open(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const client = makeClient({ ...options, transport });
  const connected = client.connect();
  transport.last.open();
  await connected;
  return { client, transport };
}

const texts = (messages: readonly WebSocketMessage[]) => messages.map(({ data }) => data);

/** Reads all that there is until the iteration ends; what it threw is kept beside. */
async function readAll(client: ReckerWebSocket) {
  const read: WebSocketMessage[] = [];
  let error: unknown;
  try {
    for await (const message of client) read.push(message);
  } catch (thrown) {
    error = thrown;
  }
  return { read: texts(read), error };
}

describe('a consumer that is slower than the peer', () => {
  it('makes the peer wait: none of 3,000 messages of 64 KiB lost, no heartbeat timeout', async () => {
    const COUNT = 3000;
    let handed = 0;
    await serve((socket) => {
      const push = () => {
        if (handed === COUNT) return;
        const chunk = Buffer.alloc(65_536);
        chunk.writeUInt32BE(handed);
        handed += 1;
        // The next one only when the kernel has taken this one: what is not handed is still at the server.
        socket.send(chunk, push);
      };
      push();
    });
    const client = makeClient({ heartbeatInterval: 50, heartbeatTimeout: 50 });
    let timeouts = 0;
    client.on('heartbeat-timeout', () => {
      timeouts += 1;
    });
    let next = 0;
    for await (const { data } of client) {
      expect((data as Buffer).readUInt32BE()).toBe(next);
      next += 1;
      if (next === 100) {
        await until(() => client.stats().paused);
        await quiet(500);
        expect(client.stats().paused).toBe(true);
        expect(handed).toBeLessThan(COUNT / 2);
      }
      if (next === COUNT) break;
    }
    expect(timeouts).toBe(0);
    expect(client.isConnected).toBe(true);
    expect(client.stats().messagesIn).toBe(COUNT);
  });

  it('pauses at the mark, and resumes below half of it', async () => {
    const { client, transport } = await open({ receiveQueue: { maxMessages: 4 } });
    const iterator = client[Symbol.asyncIterator]();
    for (const data of ['1', '2', '3']) transport.last.message(data);
    expect(transport.last.paused).toBe(false);
    transport.last.message('4');
    expect(transport.last.paused).toBe(true);
    expect(client.stats().paused).toBe(true);
    await iterator.next();
    expect(transport.last.paused).toBe(true);
    await iterator.next();
    expect(transport.last.paused).toBe(false);
    await iterator.return(undefined);
  });

  it('counts bytes as well as messages', async () => {
    const { client, transport } = await open({ receiveQueue: { maxBytes: 10 + 2 * MESSAGE_COST } });
    const iterator = client[Symbol.asyncIterator]();
    transport.last.message('123456789');
    expect(transport.last.paused).toBe(false);
    transport.last.message('é');
    expect(transport.last.paused).toBe(true);
    await iterator.return(undefined);
    expect(transport.last.paused).toBe(false);
    expect(client.stats().paused).toBe(false);
  });

  it('that never reads pauses for good, also on the next connection', async () => {
    const { client, transport } = await open({ receiveQueue: { maxMessages: 1 }, reconnect: true });
    const unread = client[Symbol.asyncIterator]();
    transport.last.message('1');
    const again = client.reconnect();
    transport.last.open();
    await again;
    expect(transport.dials).toHaveLength(2);
    expect(transport.last.paused).toBe(true);
    expect(client.stats().paused).toBe(true);
    await unread.return(undefined);
    expect(transport.last.paused).toBe(false);
  });
});

describe('what an iterator sees', () => {
  it('begins with the first message after it was made, not after its first next()', async () => {
    const { client, transport } = await open();
    transport.last.message('before');
    const iterator = client[Symbol.asyncIterator]();
    transport.last.message('after');
    expect(await iterator.next()).toMatchObject({ value: { data: 'after' } });
  });

  it('is every message, for several at once', async () => {
    const { client, transport } = await open();
    const both = [readAll(client), readAll(client)];
    for (const data of ['1', '2', '3']) transport.last.message(data);
    const closed = client.close();
    transport.last.end({ code: 1000, wasClean: true });
    await closed;
    expect(await Promise.all(both)).toEqual([
      { read: ['1', '2', '3'], error: undefined },
      { read: ['1', '2', '3'], error: undefined },
    ]);
  });

  it('goes on over a reconnect', async () => {
    let connections = 0;
    await serve((socket) => {
      connections += 1;
      socket.send(`hello ${connections}`);
      if (connections < 3) setImmediate(() => socket.terminate());
    });
    const client = makeClient({ reconnect: true, reconnectDelay: 1 });
    const read: unknown[] = [];
    for await (const { data } of client) {
      read.push(data);
      if (read.length === 3) break;
    }
    expect(read).toEqual(['hello 1', 'hello 2', 'hello 3']);
  });

  it('is left by break with the connection open, and others go on', async () => {
    const { client, transport } = await open();
    const other = readAll(client);
    setImmediate(() => transport.last.message('1'));
    for await (const { data } of client) {
      expect(data).toBe('1');
      break;
    }
    expect(client.isConnected).toBe(true);
    transport.last.message('2');
    const closed = client.close();
    transport.last.end();
    await closed;
    expect((await other).read).toEqual(['1', '2']);
  });
});

describe('an iteration ends', () => {
  it('on close(), with all that had arrived first', async () => {
    const { client, transport } = await open();
    const iterator = client[Symbol.asyncIterator]();
    transport.last.message('1');
    const closed = client.close();
    transport.last.message('2, during the closing handshake');
    transport.last.end({ code: 1000, wasClean: true });
    await closed;
    expect(await iterator.next()).toMatchObject({ value: { data: '1' } });
    expect(await iterator.next()).toMatchObject({ value: { data: '2, during the closing handshake' } });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it.each([1000, 1001])("on the peer's %i", async (code) => {
    const { client, transport } = await open();
    const all = readAll(client);
    transport.last.message('1');
    transport.last.peerClose(code, 'done');
    transport.last.end();
    expect(await all).toEqual({ read: ['1'], error: undefined });
  });

  it("on the peer's 1000 also where TCP does not end in time", async () => {
    const { client, transport } = await open();
    const all = readAll(client);
    transport.last.message('1');
    transport.last.peerClose(1000);
    expect(await all).toEqual({ read: ['1'], error: undefined });
    expect(client.state).toBe('closed');
  });

  it("by throwing the peer's other codes, once", async () => {
    const { client, transport } = await open();
    const iterator = client[Symbol.asyncIterator]();
    transport.last.message('1');
    transport.last.peerClose(4001, 'kicked');
    transport.last.end();
    expect(await iterator.next()).toMatchObject({ value: { data: '1' } });
    const error = await iterator.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionClosedError);
    expect(error).toMatchObject({ closeCode: 4001, reason: 'kicked' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('by throwing the failure of the first dial', async () => {
    const server = await serve(() => {});
    await server.stop();
    const { error } = await readAll(makeClient());
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain('ECONNREFUSED');
  });

  it('by throwing after an abort, and at once when it is made later', async () => {
    const controller = new AbortController();
    const { client } = await open({ signal: controller.signal });
    const all = readAll(client);
    controller.abort(new Error('enough'));
    expect((await all).error).toBeInstanceOf(AbortError);
    expect((await readAll(client)).error).toBeInstanceOf(AbortError);
  });

  it('and begins again from closed: it connects by itself', async () => {
    const { client, transport } = await open();
    const closed = client.close();
    transport.last.end();
    await closed;
    const all = readAll(client);
    expect(client.state).toBe('connecting');
    transport.last.open();
    await client.connect();
    transport.last.message('again');
    transport.last.peerClose(1000);
    transport.last.end();
    expect((await all).read).toEqual(['again']);
  });
});
