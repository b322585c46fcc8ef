/** Several Pings under way: which of them a Pong answers, and the round trips that are reported. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

let server: WebSocketServer;
let ws: ReckerWebSocket;
let peer: WebSocket;
/** The payloads of the Pings that the peer has read. */
let pings: Buffer[];
let times: number[];
let clock: VirtualClock;

beforeEach(async () => {
  // The test answers.
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: false });
  await once(server, 'listening');
  pings = [];
  times = [];
  clock = new VirtualClock(1_000_000);
  ws = new ReckerWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    clock,
    heartbeatInterval: 0,
  });
  ws.on('pong', (rtt) => times.push(rtt));
  const connected = once(server, 'connection');
  await ws.connect();
  [peer] = (await connected) as [WebSocket];
  peer.on('ping', (payload) => pings.push(payload));
});
afterEach(async () => {
  await ws.close();
  server.close();
});

/** Sends `count` Pings, ten virtual milliseconds apart, and waits until the peer has them. */
async function ping(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    ws.ping();
    clock.advance(10);
  }
  while (pings.length < count) await once(peer, 'ping');
}

/** The peer sends Pongs, then a message, whose arrival says that the Pongs have arrived, too. */
async function answer(...payloads: (Buffer | undefined)[]): Promise<void> {
  const behind = once(ws, 'message');
  for (const payload of payloads) peer.pong(payload ?? '');
  peer.send('behind');
  await behind;
}

describe('three Pings under way', () => {
  it('each is answered by its own Pong', async () => {
    await ping(3);
    await answer(...pings);
    expect(times).toEqual([30, 20, 10]);
    expect(ws.latency).toBe(10);
  });

  it('a Pong answers its own Ping and all older ones, each with its event', async () => {
    await ping(3);
    await answer(pings[1]);
    expect(times).toEqual([30, 20]);
    clock.advance(5);
    await answer(pings[2]);
    expect(times).toEqual([30, 20, 15]);
  });

  it('the Pong of the newest answers all', async () => {
    await ping(3);
    await answer(pings[2], pings[0], pings[2]);
    expect(times).toEqual([30, 20, 10]);
  });

  it('a Pong that answers none of them is no answer', async () => {
    await ping(2);
    await answer(undefined, Buffer.from([0, 0, 0, 9]), Buffer.from('another payload'));
    expect(times).toEqual([]);
    expect(ws.latency).toBeUndefined();
  });
});

it('heartbeats by message: a reply answers all that are under way', async () => {
  const options: WebSocketOptions = {
    heartbeatMessage: 'ping',
    isHeartbeatReply: ({ data }) => data === 'pong',
  };
  const transport = fakeTransport();
  const other = new ReckerWebSocket('ws://example.test/', { ...options, clock, transport });
  const got: number[] = [];
  other.on('pong', (rtt) => got.push(rtt));
  const connected = other.connect();
  transport.last.open();
  await connected;
  for (let sent = 0; sent < 2; sent += 1) {
    other.ping();
    clock.advance(10);
  }
  transport.last.message('something else');
  transport.last.message('pong');
  transport.last.message('pong');
  expect(got).toEqual([20, 10]);
});

it('a peer that answers no Ping costs a bounded memory, and the newest are still answered', async () => {
  await ping(1500);
  await answer(pings[1499]);
  expect(times.length).toBe(1024);
  expect(times.at(-1)).toBe(10);
});
