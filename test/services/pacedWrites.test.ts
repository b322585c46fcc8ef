/** Bursts larger than a slice, by every size and order: what the peer receives is what was sent, byte by byte. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';
import { SLICE } from '../../src/services/ws/pacedWrites.js';
import { Random } from '../support/random.js';

let server: WebSocketServer;
let received: string[] = [];
let codes: number[] = [];

beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 0 });
  server.on('connection', (peer) => {
    peer.on('error', ({ message }) => received.push(message));
    peer.on('message', (data: Buffer) => received.push(written(data)));
    peer.on('close', (code) => {
      codes.push(code);
      server.emit('gone');
    });
  });
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

const written = (data: Buffer): string => `${data.length} ${createHash('sha1').update(data).digest('hex')}`;

/** Around one, two and more slices with their frame headers, and the small sizes that share memory. */
const SIZES = [0, 1, 125, 4096, 4097, 65_536, SLICE - 15, SLICE - 14, SLICE - 4, SLICE, SLICE + 1, 200_000];
const LARGE = [2 * SLICE - 14, 2 * SLICE, 300_000, 500_000, 1_000_000];

async function sends(messages: readonly Buffer[], act: (client: ReckerWebSocket) => Promise<void> | void) {
  received = [];
  codes = [];
  const client = new ReckerWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await client.connect();
  const gone = once(server, 'gone');
  await act(client);
  await client.close();
  await gone;
  expect(received).toEqual(messages.map(written));
  expect(codes).toEqual([1000]);
}

describe('messages around the size of a slice', () => {
  for (const size of [...SIZES, ...LARGE]) {
    it(`${size} bytes between two small ones`, async () => {
      const messages = [Buffer.from('1'), Buffer.alloc(size, 'x'), Buffer.from('2')];
      await sends(messages, (client) => messages.forEach((message) => void client.send(message)));
    });
  }
});

describe('bursts at random', () => {
  for (let seed = 1; seed <= 80; seed += 1) {
    it(`seed ${seed}`, async () => {
      const random = new Random(seed);
      const messages = Array.from({ length: 1 + random.int(6) }, (_, index) =>
        Buffer.alloc(random.pick(random.chance(0.3) ? LARGE : SIZES), index + 1),
      );
      await sends(messages, async (client) => {
        for (const message of messages) {
          void client.send(message);
          const then = random.next();
          if (then < 0.1) client.ping();
          else if (then < 0.2) await null;
          else if (then < 0.3) await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
  }
});
