/** Large sends over a slow link, on real sockets: none is taken for dead, and what waits is counted while it waits. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { type SlowLink, slowLink } from '../support/slowLink.js';

const MIB = 1_048_576;

let server: WebSocketServer;
let link: SlowLink;
let ws: ReckerWebSocket;
let received = 0;
let arrived: () => void = () => {};
let expected = 0;

beforeEach(async () => {
  received = 0;
  arrived = () => {};
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 64 * MIB, perMessageDeflate: true });
  server.on('connection', (peer) =>
    peer.on('message', (data: Buffer) => {
      received += data.length;
      if (received >= expected) arrived();
    }),
  );
  await once(server, 'listening');
});

afterEach(async () => {
  ws.terminate();
  for (const peer of server.clients) peer.terminate();
  server.close();
  await link.stop();
});

async function open(rate: number, options: WebSocketOptions): Promise<void> {
  link = await slowLink((server.address() as AddressInfo).port, rate);
  ws = new ReckerWebSocket(`ws://127.0.0.1:${link.port}/`, options);
  await ws.connect();
}

it.each<[string, WebSocketOptions]>([
  ['as one frame', {}],
  ['in frames of 32 KB', { maxFrameSize: 32_000 }],
])('12 MiB %s at 4 MiB/s, with a heartbeat of half a second', async (_name, options) => {
  expected = 12 * MIB;
  await open(4 * MIB, { heartbeatInterval: 500, heartbeatTimeout: 500, ...options });
  let ends = 0;
  ws.on('close', () => {
    ends += 1;
    arrived();
  });
  const all = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  void ws.send(Buffer.alloc(expected));
  const amounts = [ws.bufferedAmount];
  const look = setInterval(() => amounts.push(ws.bufferedAmount), 100);
  await all;
  clearInterval(look);
  expect({ ends, received }).toEqual({ ends: 0, received: expected });
  // It falls step by step, and not at the end alone.
  expect(new Set(amounts).size).toBeGreaterThan(3);
});

it('close() behind 8 MiB at 4 MiB/s arrives in full, with a closeTimeout of 300 ms', async () => {
  expected = 8 * MIB;
  await open(4 * MIB, { heartbeatInterval: 0, closeTimeout: 300 });
  for (let count = 0; count < 128; count += 1) void ws.send(Buffer.alloc(65_536));
  const closed = once(ws, 'close');
  await ws.close();
  const [code, , info] = await closed;
  expect({ code, wasClean: info.wasClean, unsentBytes: info.unsentBytes, received }).toEqual({
    code: 1000,
    wasClean: true,
    unsentBytes: 0,
    received: expected,
  });
});
