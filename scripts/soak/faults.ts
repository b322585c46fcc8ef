/** What happens to the connection during a soak. Each fault ends what it began before it resolves. */
import type { WebSocketServer } from 'ws';
import type { ReckerWebSocket } from '../../src/index.js';
import type { TcpRelay } from '../../src/testing/index.js';
import type { Random } from '../../test/support/random.js';

export interface Victims {
  readonly relay: TcpRelay;
  readonly server: WebSocketServer;
  readonly ws: ReckerWebSocket;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Fault = (victims: Victims, random: Random) => Promise<void> | void;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'short freeze': async ({ relay }, random) => {
    relay.freeze();
    await sleep(50 + random.int(250));
    relay.thaw();
  },
  'long freeze': async ({ relay }, random) => {
    relay.freeze();
    await sleep(1500 + random.int(1000));
    relay.thaw();
  },
  'half-open, bytes lost': async ({ relay }, random) => {
    relay.freeze({ drop: true });
    await sleep(1500 + random.int(1000));
    relay.thaw();
    // A connection with a hole in its stream cannot be distinguished from a live one by who made the hole.
    relay.reset();
  },
  'reset (RST)': ({ relay }) => relay.reset(),
  'half-close (FIN)': ({ relay }) => relay.halfClose(),
  'cut inside a frame': ({ relay }, random) => relay.cutAfter(1 + random.int(5000)),
  'slow link': async ({ relay }, random) => {
    relay.delay(20 + random.int(100));
    await sleep(1000);
    relay.delay(0);
  },
  'dripping link': async ({ relay }) => {
    relay.drip(400, 5);
    await sleep(1000);
    relay.drip();
  },
  'port refuses': async ({ relay }) => {
    relay.refuse();
    relay.reset();
    await sleep(700);
    await relay.accept();
  },
  'accepts, silent': async ({ relay }) => {
    relay.silent();
    relay.reset();
    await sleep(1200);
    await relay.accept();
    relay.reset();
  },
  'server closes (1012)': ({ server }) => {
    for (const peer of server.clients) peer.close(1012, 'restart');
  },
  'server drops': ({ server }) => {
    for (const peer of server.clients) peer.terminate();
  },
  'server reads nothing': async ({ server }) => {
    const peers = [...server.clients];
    for (const peer of peers) peer.pause();
    await sleep(300);
    for (const peer of peers) peer.resume();
  },
  'reconnect() called': ({ ws }) => void ws.reconnect().catch(() => {}),
};
