/**
 * close() at every bad moment, twice: while dialling, in back-off, inside each listener. Says how each came out
 * and then does nothing: the process ends by itself, or the test that runs it sees that it does not.
 */
import { ReckerWebSocket, type WebSocketEvents, type WebSocketOptions } from '../../../src/index.js';
import { FaultServer } from '../../../src/testing/index.js';

const SETTINGS: WebSocketOptions = {
  heartbeatInterval: 150,
  heartbeatTimeout: 100,
  connectTimeout: 300,
  closeTimeout: 200,
  reconnect: true,
  reconnectDelay: 50,
  maxReconnectAttempts: 2,
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const say = (line: object): void => console.log(JSON.stringify(line));

async function scene(
  name: string,
  play: (ws: ReckerWebSocket, server: FaultServer) => Promise<void>,
): Promise<void> {
  const server = await FaultServer.start();
  const ws = new ReckerWebSocket(server.url(), SETTINGS);
  ws.on('error', () => {});
  await play(ws, server);
  const dials = ws.stats().dials;
  // A frozen server does not see that its client has gone.
  server.thaw();
  // As long as any dial that was still due could take.
  await sleep(700);
  say({ closed: name, state: ws.state, lateDials: ws.stats().dials - dials, sockets: server.sockets });
  await server.stop();
}

const twice = async (ws: ReckerWebSocket): Promise<void> => {
  await Promise.all([ws.close(), ws.close()]);
};

/** Calls close() twice inside the first `event`, and waits for the end. */
function inside(event: keyof WebSocketEvents, provoke: (server: FaultServer) => void, prepare = provoke) {
  return async (ws: ReckerWebSocket, server: FaultServer): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      ws.once(event, () => void twice(ws).then(resolve));
    });
    if (prepare !== provoke) prepare(server);
    ws.on('open', () => setTimeout(() => provoke(server), 10));
    ws.connect().catch(() => {});
    await closed;
  };
}

const nothing = (): void => {};
const drop = (server: FaultServer): void => server.terminateAll();

await Promise.all([
  scene('while dialling', async (ws, server) => {
    server.stall();
    ws.connect().catch(() => {});
    await server.waitFor(({ handshakes }) => handshakes.length === 1);
    await twice(ws);
  }),
  scene('before the first tick', async (ws) => {
    ws.connect().catch(() => {});
    await twice(ws);
  }),
  scene('in back-off', async (ws, server) => {
    ws.connect().catch(() => {});
    await server.waitForConnection();
    const backoff = new Promise((resolve) => ws.once('reconnecting', resolve));
    server.terminateAll();
    await backoff;
    await twice(ws);
  }),
  scene('while redialling', async (ws, server) => {
    await ws.connect();
    server.stall();
    server.forget();
    server.terminateAll();
    await server.waitFor(({ handshakes }) => handshakes.length === 1);
    await twice(ws);
  }),
  scene('inside open', inside('open', nothing)),
  scene(
    'inside message',
    inside('message', (server) => server.broadcast('x')),
  ),
  scene('inside close', inside('close', drop)),
  scene('inside reconnecting', inside('reconnecting', drop)),
  scene(
    'inside error',
    inside('error', nothing, (server) => server.refuse(401)),
  ),
  scene(
    'inside reconnect-error',
    inside(
      'reconnect-error',
      (server) => {
        server.refuse(503);
        server.terminateAll();
      },
      nothing,
    ),
  ),
  scene(
    'inside max-reconnect-attempts',
    inside('max-reconnect-attempts', nothing, (server) => server.refuse(503)),
  ),
  scene(
    'inside heartbeat-timeout',
    inside('heartbeat-timeout', (server) => server.freeze(), nothing),
  ),
  scene('inside pong', inside('pong', nothing)),
  scene('inside state', inside('state', nothing)),
  scene('inside undelivered', async (ws) => {
    const closed = new Promise<void>((resolve) => ws.once('undelivered', () => void twice(ws).then(resolve)));
    ws.send('x').catch(() => {});
    ws.connect().catch(() => {});
    void ws.close();
    await closed;
  }),
]);
say({ ending: performance.now() });
