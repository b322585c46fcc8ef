/** Libraries that take a WebSocket class, with the class of `recker/websocket`, against their servers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WebSocket as RawWs } from 'ws';
import { TcpRelay } from '../../src/testing/index.js';
import { WebSocket, webSocketClass } from '../../src/websocket/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { testTls } from '../support/tls.js';
import { needs } from '../support/tools.js';
import {
  ethers,
  graphqlWs,
  LIBRARIES,
  partysocket,
  rpcWebsockets,
  trpc,
  yWebsocket,
} from './libraries/index.js';
import { type Backend, type Client, type Impl, type Library, until } from './library.js';
import { terminateTls } from './terminateTls.js';

/** Starts the library's server behind a relay; ends both, whatever the test does. */
async function behindRelay(
  library: Library,
  test: (relay: TcpRelay, backend: Backend) => Promise<void>,
): Promise<void> {
  const backend = await library.serve();
  const relay = await TcpRelay.start({ port: backend.port });
  try {
    await test(relay, backend);
  } finally {
    await relay.close();
    await backend.stop();
  }
}

/** Puts a client through a loss, and closes it. */
async function losesAndReturns(client: Client, drop: () => void, live: () => number): Promise<void> {
  await client.exchange();
  await client.exchange();
  drop();
  await client.lost;
  await client.exchange();
  expect(live()).toBe(1);
  await client.close();
  await until(() => live() === 0, 'no socket is left');
}

it('has a place in the documentation for each library', () => {
  const page = readFileSync(new URL('../../docs/drop-in.md', import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  expect(headings.toSorted()).toEqual(LIBRARIES.map(({ name }) => name).toSorted());
});

for (const library of LIBRARIES) {
  const suite = library.needs === undefined ? describe : needs(library.needs);
  suite(library.name, () => {
    it('exchanges data, comes back after a loss by its own retry, and closes', { timeout: 20_000 }, () =>
      behindRelay(library, async (relay) => {
        const Impl = library.leavesReconnecting
          ? webSocketClass({ reconnect: true, reconnectDelay: 20 })
          : WebSocket;
        const client = await library.connect(relay.url(), Impl);
        await losesAndReturns(
          client,
          () => relay.reset(),
          () => relay.connections,
        );
      }),
    );
  });
}

describe('through an HTTP proxy, with TLS', () => {
  for (const library of [graphqlWs, trpc, ethers]) {
    it(library.name, { timeout: 20_000 }, async () => {
      const backend = await library.serve();
      const tls = await terminateTls(backend.port, testTls);
      const proxy = await ConnectProxy.start();
      try {
        const Impl = webSocketClass({
          proxy: `http://127.0.0.1:${proxy.port}`,
          tls: { ca: testTls.cert },
          ...(library.leavesReconnecting && { reconnect: true, reconnectDelay: 20 }),
        });
        const client = await library.connect(`wss://127.0.0.1:${tls.port}/`, Impl);
        await losesAndReturns(
          client,
          () => tls.destroyAll(),
          () => tls.connections,
        );
        expect(proxy.heads.length).toBe(2);
        for (const head of proxy.heads) expect(head).toMatch(`CONNECT 127.0.0.1:${tls.port}`);
      } finally {
        await proxy.stop();
        await tls.stop();
        await backend.stop();
      }
    });
  }
});

describe.concurrent('on a half-open connection', () => {
  const INTERVAL = 150;
  const Watching = webSocketClass({ heartbeatInterval: INTERVAL, heartbeatTimeout: INTERVAL });
  /** Longer than `Watching` may take, and than it is seen to take on a busy machine. */
  const NEVER = 12 * INTERVAL;

  async function noticed(library: Library, Impl: Impl, patience: number): Promise<boolean> {
    let result = false;
    await behindRelay(library, async (relay) => {
      const client = await library.connect(relay.url(), Impl);
      await client.exchange();
      relay.freeze();
      let isLost = false;
      void client.lost?.then(() => {
        isLost = true;
      });
      await until(() => isLost, 'the loss', patience).catch(() => {});
      result = isLost;
      await client.close();
    });
    return result;
  }

  for (const library of [rpcWebsockets, yWebsocket, trpc, partysocket]) {
    it(`${library.name} learns of it in heartbeat time, and with ws not at all`, {
      timeout: 20_000,
    }, async () => {
      expect(await noticed(library, Watching, 8000)).toBe(true);
      expect(await noticed(library, RawWs as unknown as Impl, NEVER)).toBe(false);
    });
  }
});
