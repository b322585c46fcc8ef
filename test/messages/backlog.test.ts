/** A long backlog of one reader: its order, its bounds, and the ways in which a reader leaves. */
import { afterEach, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { endAll, keep } from './support.js';

afterEach(endAll);

async function open(maxMessages: number) {
  const transport = fakeTransport();
  const receiveQueue = { maxMessages, maxBytes: 1e9 };
  const client = keep(
    new ReckerWebSocket('ws://localhost/', { transport, clock: new VirtualClock(), receiveQueue }),
  );
  const connected = client.connect();
  transport.last.open();
  await connected;
  let said = 0;
  const say = (count: number) => {
    for (const end = said + count; said < end; said += 1) transport.last.message(String(said));
  };
  return { client, say };
}

it('keeps its order and its bounds, however much of it has been read', async () => {
  const { client, say } = await open(3000);
  const reader = client[Symbol.asyncIterator]();
  let read = 0;
  const take = async (count: number) => {
    for (const end = read + count; read < end; read += 1) {
      expect((await reader.next()).value?.data).toBe(String(read));
    }
  };
  say(2999);
  expect(client.stats().paused).toBe(false);
  say(1);
  expect(client.stats().paused).toBe(true);
  await take(1499);
  expect(client.stats().paused).toBe(true);
  await take(1);
  expect(client.stats().paused).toBe(false);
  say(1000);
  await take(2500);
  expect(client.stats().messagesUnread).toBe(0);
});

it.each(['return', 'throw', 'dispose'] as const)('%s ends a reader that holds up the socket', async (way) => {
  const { client, say } = await open(2);
  const reader = client[Symbol.asyncIterator]() as AsyncGenerator<unknown> & AsyncDisposable;
  expect(reader[Symbol.asyncIterator]()).toBe(reader);
  say(2);
  expect(client.stats().paused).toBe(true);
  const error = new Error('enough');
  if (way === 'return') expect(await reader.return(undefined)).toEqual({ done: true, value: undefined });
  else if (way === 'throw') await expect(reader.throw(error)).rejects.toBe(error);
  else await reader[Symbol.asyncDispose]();
  expect(client.stats().paused).toBe(false);
});
