/** Servers of ws whose applications differ: what one does with messages is no fault of the server. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type CheckServerOptions, checkServer } from '../../../src/testing/index.js';

const QUICK: CheckServerOptions = {
  halfOpenTimeout: 0,
  timeout: 1500,
  connectionsPerSecond: 1000,
  messageBytes: 2 ** 20,
  fragments: 200,
  pings: 50,
  clients: 20,
};

/** What ws does not do, whatever the application. */
const OF_WS = [
  'handshake/version-426',
  'handshake/http-1.0',
  'handshake/host-missing',
  'frames/length-16',
  'frames/length-64',
];

async function failedOf(
  serve: (socket: WebSocket) => void,
  { server: settings, ...options }: CheckServerOptions & { readonly server?: object } = {},
) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...settings });
  await once(server, 'listening');
  server.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  try {
    const { port } = server.address() as { readonly port: number };
    const { checks } = await checkServer(`ws://127.0.0.1:${port}/`, { ...QUICK, ...options });
    const failed = checks
      .filter(({ id, result }) => result === 'fail' && !OF_WS.includes(id))
      .map(({ id, got }) => `${id}: ${got}`);
    return { failed, checks };
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}

it.concurrent('one that closes with 1008: what needs a message is not applicable, and says which option helps', async () => {
  const { failed, checks } = await failedOf((socket) => socket.on('message', () => socket.close(1008)));
  expect(failed).toEqual([]);
  expect(checks.find(({ id }) => id === 'messages/fragments')).toMatchObject({
    result: 'n/a',
    got: expect.stringMatching(/Close 1008; the option message/),
  });
  expect(checks.filter(({ result }) => result === 'pass').length).toBeGreaterThan(60);
});

it.concurrent('one that takes JSON, with a message of JSON', async () => {
  const { failed, checks } = await failedOf(
    (socket) =>
      socket.on('message', (data) => {
        try {
          JSON.parse(String(data));
        } catch {
          socket.close(4400);
        }
      }),
    { message: '{"type":"ping"}' },
  );
  expect(failed).toEqual([]);
  expect(checks.find(({ id }) => id === 'messages/fragments')?.result).toBe('pass');
  expect(checks.find(({ id }) => id === 'messages/utf8-split')?.got).toContain(
    'Close 4400, which may be what its application',
  );
});

it.concurrent('one that ends the connection at a message, one that says nothing, one that never stops', async () => {
  const results = await Promise.all([
    failedOf((socket) => socket.on('message', () => socket.terminate())),
    failedOf((socket) => socket.on('message', () => {})),
    failedOf((socket) => {
      const timer = setInterval(() => socket.send('tick'), 1);
      socket.on('close', () => clearInterval(timer));
    }),
  ]);
  expect(results.map(({ failed }) => failed)).toEqual([[], [], []]);
});

it.concurrent('one that sends text back as binary, and takes no more than 1,000 bytes', async () => {
  const { failed, checks } = await failedOf(
    (socket) => socket.on('message', (data) => socket.send(data as Buffer)),
    {
      server: { maxPayload: 1000 },
    },
  );
  expect(failed).toEqual([]);
  expect(checks.find(({ id }) => id === 'frames/length-65536')?.got).toMatch(/^Close 1009/);
  expect(checks.find(({ id }) => id === 'limits/large-message')).toMatchObject({
    result: 'pass',
    got: 'Close 1009',
  });
});

it.concurrent('one that does not echo as it should is found with the option echo', async () => {
  const { failed } = await failedOf((socket) => socket.on('message', () => socket.send('other')), {
    echo: true,
    only: ['messages/fragments', 'messages/utf8-split', 'frames/binary'],
  });
  expect(failed.map((each) => each.split(':')[0])).toEqual([
    'frames/binary',
    'messages/fragments',
    'messages/utf8-split',
  ]);
});
