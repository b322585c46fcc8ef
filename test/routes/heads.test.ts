/**
 * Answers to the handshake, through each route: nothing that a server or a proxy says ends the process or leaves a dial
 * without a typed end.
 */
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { fuzzHeads, ROUTES } from '../../scripts/fuzz/heads.js';
import type { WebSocketOptions } from '../../src/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { dial } from '../support/dial.js';
import { acceptOf, rawServer } from '../support/rawServer.js';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function agent(): NonNullable<WebSocketOptions['dispatcher']> {
  const made = new Agent();
  stops.push(() => made.destroy());
  return made as never;
}

const OPTIONS: readonly (readonly [string, () => Promise<WebSocketOptions>])[] = [
  ['directly', async () => ({})],
  [
    'through a proxy',
    async () => {
      const proxy = await ConnectProxy.start();
      stops.push(() => proxy.stop());
      return { proxy: `http://127.0.0.1:${proxy.port}` };
    },
  ],
  ['through a dispatcher', async () => ({ dispatcher: agent() })],
];

describe.each(OPTIONS)('%s', (_, options) => {
  async function answered(fields: readonly string[], more: WebSocketOptions = {}) {
    const server = await rawServer((socket, head) => {
      const lines = fields.map((field) => field.replace('$', acceptOf(head)));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    });
    stops.push(server.stop);
    return dial(`ws://127.0.0.1:${server.port}/`, { ...(await options()), ...more, connectTimeout: 5000 });
  }

  it.each<[string, string[], RegExp]>([
    ['Connection', ['Upgrade: websocket', 'Sec-WebSocket-Accept: $'], /101 without Connection: Upgrade$/],
    ['Upgrade', ['Connection: Upgrade', 'Sec-WebSocket-Accept: $'], /101 without Upgrade: websocket$/],
    ['both', ['Sec-WebSocket-Accept: $'], /101 without Upgrade: websocket and Connection: Upgrade$/],
    ['Accept', ['Upgrade: websocket', 'Connection: Upgrade'], /Sec-WebSocket-Accept/],
    ['a known protocol', ['Upgrade: h2c', 'Connection: Upgrade', 'Sec-WebSocket-Accept: $'], /Upgrade/],
  ])('a 101 without %s is final, and says so', async (_name, fields, message) => {
    const { error, dials } = await answered(fields);
    expect(error).toMatchObject({ name: 'HandshakeError', status: 101, hop: 'server' });
    expect(error?.message).toMatch(message);
    expect(dials).toBe(1);
  });

  it.each<[string, string[], WebSocketOptions]>([
    [
      'Upgrade',
      ['Upgrade: websocket', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Accept: $'],
      {},
    ],
    [
      'Accept',
      ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Accept: $', 'Sec-WebSocket-Accept: x'],
      {},
    ],
    [
      'Sec-WebSocket-Protocol',
      [
        ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Accept: $'],
        ...['Sec-WebSocket-Protocol: a', 'Sec-WebSocket-Protocol: a'],
      ],
      { protocols: ['a'] },
    ],
  ])('%s twice is final', async (_name, fields, more) => {
    const { error, dials } = await answered(fields, more);
    expect(error).toMatchObject({ name: 'HandshakeError', status: 101 });
    expect(dials).toBe(1);
  });
});

it('whatever throws when a dispatcher has upgraded is a failed dial', async () => {
  const sockets: Duplex[] = [];
  const server = createServer().on('upgrade', (request, socket) => {
    sockets.push(socket);
    const key = `sec-websocket-key: ${request.headers['sec-websocket-key']}`;
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  const inner = agent() as unknown as Agent;
  const dispatcher = inner.compose((dispatch) => (options, handler) => {
    const broken = Object.create(handler as object, {
      onRequestUpgrade: {
        value: (controller: never, status: number, headers: object, socket: Duplex) => {
          // The first thing that ws does with it.
          Object.defineProperty(socket, 'setTimeout', {
            value: () => {
              throw new Error('half-dead');
            },
          });
          const { onRequestUpgrade } = handler as { onRequestUpgrade(...given: unknown[]): void };
          onRequestUpgrade.call(handler, controller, status, headers, socket);
        },
      },
    });
    return dispatch(options, broken);
  });
  const { port } = server.address() as { port: number };
  const { error } = await dial(`ws://127.0.0.1:${port}/`, {
    dispatcher: dispatcher as never,
    reconnect: false,
  });
  expect(error).toMatchObject({ name: 'ConnectionError', final: true });
  for (const socket of sockets) socket.destroy();
});

it('of 480 answers with a fixed seed none is thrown past the client, each dial has an end', {
  timeout: 60_000,
}, async () => {
  const { endings, findings, opened } = await fuzzHeads({ cases: 480, seed: 20_261_128 });
  expect(findings).toEqual([]);
  expect(Object.values(endings).reduce((sum, count) => sum + count, 0)).toBe(480);
  expect(opened).toBeGreaterThan(0);
  for (const route of ROUTES)
    expect(endings[`${route}: HandshakeError ERR_RECKER_HANDSHAKE`]).toBeGreaterThan(0);
});
