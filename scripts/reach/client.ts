/** One cell of the table, in a process of its own: dials, and prints what came of it as JSON. */
import { SocksProxyAgent } from 'socks-proxy-agent';
import WebSocket from 'ws';
import { ReckerWebSocket } from '../../src/index.js';

/** What the cell is about. */
export interface Task {
  readonly who: 'recker' | 'ws';
  readonly url: string;
  readonly proxy: string | undefined;
  readonly count: number;
}

export interface Found {
  /** How many opened. */
  readonly open: number;
  /** Until the last of them did, in ms. */
  readonly ms: number;
  /** Of all of them. */
  readonly dials: number;
}

/** Milliseconds for one dial, and for the pause after a failed one. */
const DEADLINE = 10_000;
const PAUSE = 100;
const MAX_DIALS = 3;

async function recker({ url, proxy }: Task): Promise<{ isOpen: boolean; dials: number }> {
  const ws = new ReckerWebSocket(url, {
    reconnect: true,
    connectTimeout: DEADLINE,
    reconnectDelay: PAUSE,
    maxReconnectDelay: PAUSE,
    maxReconnectAttempts: MAX_DIALS - 1,
    ...(proxy === undefined ? {} : { proxy }),
  });
  ws.on('error', () => {});
  const isOpen = await ws.connect().then(
    () => true,
    () => false,
  );
  return { isOpen, dials: ws.stats().dials };
}

/** `ws` has no reconnection, so this dials again as often. */
async function raw({ url, proxy }: Task): Promise<{ isOpen: boolean; dials: number }> {
  for (let dials = 1; dials <= MAX_DIALS; dials += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const agent = proxy === undefined ? {} : { agent: new SocksProxyAgent(proxy) };
      const ws = new WebSocket(url, { handshakeTimeout: DEADLINE, ...agent });
      ws.on('open', () => resolve(true)).on('error', () => {});
      ws.on('close', () => resolve(false));
      // It does not end a proxy that hangs.
      setTimeout(() => resolve(false), DEADLINE + 100);
    });
    if (isOpen) return { isOpen, dials };
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return { isOpen: false, dials: MAX_DIALS };
}

const task = JSON.parse(process.argv[2] ?? '') as Task;

/** What a first dial loads and compiles is not what is measured. */
const warm = (text: string): string => text.replace(/row-\d+\.test/, '127.0.0.1');
await (task.who === 'recker' ? recker : raw)({
  ...task,
  url: warm(task.url),
  proxy: task.proxy === undefined ? undefined : warm(task.proxy),
});

const start = performance.now();
let ms = 0;
const outcomes = await Promise.all(
  Array.from({ length: task.count }, async () => {
    const outcome = await (task.who === 'recker' ? recker(task) : raw(task));
    if (outcome.isOpen) ms = performance.now() - start;
    return outcome;
  }),
);
const found: Found = {
  open: outcomes.filter(({ isOpen }) => isOpen).length,
  ms: Math.round(ms),
  dials: outcomes.reduce((sum, { dials }) => sum + dials, 0),
};
console.log(JSON.stringify(found));
process.exit(0);
