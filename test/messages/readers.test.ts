/** Between readers nothing is lost, and no reader holds up the others: what is left unread, given up or dropped. */
import { on, once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import {
  nativeTransport,
  ReckerWebSocket,
  type WebSocketMessage,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { endAll, keep, serve, until } from './support.js';

afterEach(endAll);

/** A client over a fake transport, open. */
async function open(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock();
  const client = keep(new ReckerWebSocket('ws://localhost/', { transport, clock, ...options }));
  const connected = client.connect();
  transport.last.open();
  await connected;
  const say = (...texts: string[]) => {
    for (const text of texts) transport.last.message(text);
  };
  return { client, transport, clock, say };
}

/** Reads so many, and leaves. */
async function take(client: ReckerWebSocket, count: number): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const { data } of client) {
    read.push(data);
    if (read.length === count) break;
  }
  return read;
}

const gc = () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

describe('what a loop has left unread at its break', () => {
  it('is read by the next loop, before what comes then', async () => {
    const { client, say } = await open();
    const first = take(client, 2);
    say('1', '2', '3', '4');
    expect(await first).toEqual(['1', '2']);
    const second = take(client, 3);
    say('5');
    expect(await second).toEqual(['3', '4', '5']);
    expect(client.stats().messagesUnread).toBe(0);
  });

  it('goes to pipeTo() as well, and waits again where that is aborted', async () => {
    const { client, say } = await open();
    const first = take(client, 1);
    say('1', '2', '3');
    await first;
    const controller = new AbortController();
    const written: string[] = [];
    const piped = client.pipeTo(
      new WritableStream<Uint8Array>({
        write: (chunk) => {
          written.push(Buffer.from(chunk).toString());
          controller.abort();
          return new Promise(() => {});
        },
      }),
      { signal: controller.signal },
    );
    await expect(piped).rejects.toMatchObject({ name: 'AbortError' });
    expect(written).toEqual(['2']);
    expect(await take(client, 1)).toEqual(['3']);
  });

  it('is given up when a message comes that nobody reads, and counted with it', async () => {
    const { client, say } = await open();
    const first = take(client, 1);
    say('1', '2', '3');
    await first;
    say('4');
    expect(client.stats().messagesUnread).toBe(3);
    const second = take(client, 1);
    say('5');
    expect(await second).toEqual(['5']);
  });

  it('is given up at a loss, and at close()', async () => {
    const { client, transport, say } = await open({ reconnect: true });
    const first = take(client, 1);
    say('1', '2');
    await first;
    const again = client.reconnect();
    transport.last.open();
    await again;
    expect(client.stats().messagesUnread).toBe(1);
    const second = take(client, 1);
    say('3', '4');
    expect(await second).toEqual(['3']);
    void client.close();
    expect(client.stats().messagesUnread).toBe(2);
  });

  it('is no unread message where others have got it', async () => {
    const { client, say } = await open();
    client.on('message', () => {});
    const first = take(client, 1);
    say('1', '2');
    await first;
    client.terminate();
    expect(client.stats().messagesUnread).toBe(0);
  });

  it('of several loops is joined in the order of arrival', async () => {
    const { client, say } = await open();
    const [fast, slow, faster] = [take(client, 3), take(client, 1), take(client, 4)];
    say('1', '2', '3', '4', '5');
    await Promise.all([fast, slow, faster]);
    expect(await take(client, 4)).toEqual(['2', '3', '4', '5']);
  });

  it('holds nobody up: reading resumes at the break', async () => {
    const { client, transport, say } = await open({ receiveQueue: { maxMessages: 3 } });
    const messages = client[Symbol.asyncIterator]();
    say('1', '2', '3');
    expect(transport.last.paused).toBe(true);
    await messages.return(undefined);
    expect(transport.last.paused).toBe(false);
    const next = client[Symbol.asyncIterator]();
    expect(transport.last.paused).toBe(true);
    for (const data of ['1', '2', '3']) expect(await next.next()).toMatchObject({ value: { data } });
    expect(transport.last.paused).toBe(false);
  });

  it('loses none of 20,000 messages to a hundred loops after each other', async () => {
    const COUNT = 20_000;
    const server = await serve((socket) => {
      for (let index = 0; index < COUNT; index += 1) socket.send(String(index));
    });
    const client = keep(new ReckerWebSocket(server.url));
    const read: unknown[] = [];
    while (read.length < COUNT) read.push(...(await take(client, 200)));
    expect(read).toEqual(Array.from({ length: COUNT }, (_, index) => String(index)));
    expect(client.stats()).toMatchObject({ messagesUnread: 0, paused: false });
  });

  it('in a loop inside another one is left to the next inner one', async () => {
    const { client, say } = await open();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { data } of client) {
        seen.push(`outer ${data}`);
        if (data === '6') break;
        seen.push(`inner ${await take(client, 1)}`);
      }
    })();
    say('1');
    await until(() => seen.length === 1);
    say('2', '3', '4', '5', '6', '7', '8');
    await reading;
    expect(seen).toEqual([1, 2, 3, 4, 5, 6].flatMap((at) => [`outer ${at}`, `inner ${at + 1}`]).slice(0, -1));
    // The inner ones have left 7 and 8, the outer one too: each message waits once.
    expect(await take(client, 2)).toEqual(['7', '8']);
  });
});

describe('stats().messagesUnread', () => {
  it('counts every message without a reader or listener', async () => {
    const { client, say } = await open();
    say('1', '2');
    expect(client.stats().messagesUnread).toBe(2);
    client.once('message', () => {});
    say('3', '4');
    expect(client.stats().messagesUnread).toBe(3);
    const read = take(client, 1);
    say('5');
    await read;
    expect(client.stats().messagesUnread).toBe(3);
  });
});

describe('next({ signal })', () => {
  it('is given up without losing a message', async () => {
    const { client, say } = await open();
    const messages = client[Symbol.asyncIterator]();
    const controller = new AbortController();
    const given = messages.next({ signal: controller.signal });
    const kept = messages.next();
    controller.abort(new Error('enough'));
    await expect(given).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') });
    say('1', '2');
    expect(await kept).toMatchObject({ value: { data: '1' } });
    await expect(messages.next({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(await messages.next({ signal: new AbortController().signal })).toMatchObject({
      value: { data: '2' },
    });
    await messages.return(undefined);
    expect(await messages.next()).toEqual({ done: true, value: undefined });
  });

  it('ends with the iteration as any other', async () => {
    const { client } = await open();
    const messages = client[Symbol.asyncIterator]();
    const { signal } = new AbortController();
    const [one, other] = [messages.next({ signal }), messages.next({ signal })];
    await messages.return(undefined);
    expect(await Promise.all([one, other])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });
});

describe('an iterator that is dropped', () => {
  it('is collected, and lets the others go on, over a real connection', async () => {
    const server = await serve((socket) => {
      const push = () => socket.send('tick', (error) => error || setImmediate(push));
      push();
    });
    const client = keep(new ReckerWebSocket(server.url, { receiveQueue: { maxMessages: 50 } }));
    let heard = 0;
    client.on('message', () => {
      heard += 1;
    });
    await (async () => {
      await client[Symbol.asyncIterator]().next();
    })();
    await until(() => client.stats().paused);
    const before = heard;
    await until(() => {
      gc();
      return !client.stats().paused;
    });
    await until(() => heard > before + 200);
    expect(client.stats().paused).toBe(false);
  });

  it('is not collected while somebody waits for it', async () => {
    const { client, say } = await open();
    const next = client[Symbol.asyncIterator]().next();
    for (let round = 0; round < 5; round += 1) {
      gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    say('still there');
    expect(await next).toMatchObject({ value: { data: 'still there' } });
  });
});

describe('a full reader', () => {
  const warningOf = async (act: () => void | Promise<void>) => {
    const warned: Error[] = [];
    const hear = (warning: Error) => warned.push(warning);
    process.on('warning', hear);
    await act();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', hear);
    return warned.map(({ name, message }) => `${name}: ${message.slice(0, 40)}`);
  };
  const options: WebSocketOptions = {
    heartbeatInterval: 1000,
    heartbeatTimeout: 500,
    receiveQueue: { maxMessages: 2 },
  };

  it('that holds up others for longer than heartbeatInterval gives one process warning', async () => {
    const { client, clock, transport, say } = await open(options);
    transport.last.autoAnswer = 'alive';
    client.on('message', () => {});
    const unread = client[Symbol.asyncIterator]();
    say('1', '2');
    expect(await warningOf(() => clock.advance(900))).toEqual([]);
    expect(await warningOf(() => clock.advance(10_000))).toEqual([
      'ReckerWarning: Reading has been paused for 1000 ms: an ',
    ]);
    await unread.return(undefined);
  });

  it('that holds up nobody, or was read on in time, gives none', async () => {
    const { client, clock, transport, say } = await open(options);
    transport.last.autoAnswer = 'alive';
    const messages = client[Symbol.asyncIterator]();
    say('1', '2');
    expect(await warningOf(() => clock.advance(10_000))).toEqual([]);
    client.on('message', () => {});
    await messages.next();
    say('3');
    expect(await warningOf(() => clock.advance(900))).toEqual([]);
    await messages.return(undefined);
  });

  it('notices within two heartbeats a peer whose TCP resets what comes', async () => {
    const server = await serve((socket) => {
      for (let index = 0; index < 10; index += 1) socket.send('x');
    });
    const client = keep(
      new ReckerWebSocket(server.url, {
        heartbeatInterval: 100,
        heartbeatTimeout: 50,
        receiveQueue: { maxMessages: 2 },
      }),
    );
    const messages = client[Symbol.asyncIterator]();
    await once(client, 'open');
    await until(() => client.stats().paused);
    client.on('error', () => {});
    // No Close: the kernel ends the connection, which is not seen, and answers the next bytes with a reset.
    for (const socket of server.clients) socket.terminate();
    const began = performance.now();
    const [code] = await once(client, 'close');
    expect(code).toBe(1006);
    // Two heartbeats are 200 ms; the rest is for a busy machine.
    expect(performance.now() - began).toBeLessThan(1500);
    expect(await messages.next()).toMatchObject({ value: { data: 'x' } });
  });
});

describe('pause() and resume()', () => {
  it('stop and go on reading, in any state, beside full readers', async () => {
    const transport = fakeTransport();
    const client = keep(
      new ReckerWebSocket('ws://localhost/', { transport, receiveQueue: { maxMessages: 1 } }),
    );
    client.pause();
    const connected = client.connect();
    transport.last.open();
    await connected;
    expect([transport.last.paused, client.stats().paused]).toEqual([true, true]);
    client.resume();
    expect([transport.last.paused, client.stats().paused]).toEqual([false, false]);
    client.pause();
    client.pause();
    const messages = client[Symbol.asyncIterator]();
    transport.last.message('1');
    client.resume();
    expect(transport.last.paused).toBe(true);
    await messages.next();
    expect(transport.last.paused).toBe(false);
    await messages.return(undefined);
  });

  it('throw a StateError where the transport cannot', () => {
    const client = new ReckerWebSocket('ws://localhost/', { transport: nativeTransport });
    expect(() => client.pause()).toThrow(expect.objectContaining({ name: 'StateError', state: 'idle' }));
    expect(() => client.resume()).not.toThrow();
  });

  it("let Node's events.on() with marks read a client", async () => {
    const COUNT = 2000;
    const server = await serve((socket) => {
      for (let index = 0; index < COUNT; index += 1) socket.send(String(index));
    });
    const client = keep(new ReckerWebSocket(server.url));
    void client.connect();
    let next = 0;
    // biome-ignore lint/suspicious/noExplicitAny: @types/node does not know the marks of Node 20.
    const marks = { highWaterMark: 50, lowWaterMark: 10 } as any;
    for await (const [message] of on(client as never, 'message', marks)) {
      expect((message as WebSocketMessage).data).toBe(String(next));
      next += 1;
      if (next % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (next === COUNT) break;
    }
    expect(next).toBe(COUNT);
  });
});
