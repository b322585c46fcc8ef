/**
 * Plays the contract over undici 8, which wants a newer Node than this library does: a program of its own, run
 * by dispatcher.test.ts. Its argument is the address of that undici. Prints one line for each scene.
 */
import { ConnectProxy } from '../support/connectProxy.js';
import { play, SCENES, type TestRoute } from './contract.js';

const undici8 = (await import(process.argv[2] ?? '')) as typeof import('undici');
const { Agent, Client, Pool, ProxyAgent } = undici8;

type Dispatcher = { destroy(): Promise<void> };

const proxy = await ConnectProxy.start();
const dispatchers: Record<string, (origin: string) => Dispatcher> = {
  Agent: () => new Agent(),
  Pool: (origin) => new Pool(origin, { keepAliveTimeout: 10 }),
  Client: (origin) => new Client(origin, { keepAliveTimeout: 10 }),
  // Without `proxyTunnel` undici 8 asks the proxy to forward ws: in place of tunnelling it.
  ProxyAgent: () => new ProxyAgent({ uri: `http://127.0.0.1:${proxy.port}`, proxyTunnel: true }),
};

for (const [name, make] of Object.entries(dispatchers)) {
  for (const scene of Object.keys(SCENES)) {
    const made: Dispatcher[] = [];
    const route: TestRoute = {
      options(server) {
        const dispatcher = make(server.url('').replace('ws', 'http'));
        made.push(dispatcher);
        return { dispatcher: dispatcher as never };
      },
      async end() {
        await Promise.all(made.map((each) => each.destroy()));
      },
    };
    const outcome = await play(scene, route).then(
      () => 'ok',
      (error) => `FAILED ${String(error.message).replaceAll('\n', ' ')}`,
    );
    console.log(`${outcome} ${name}: ${scene}`);
  }
}
console.log(`taken ${proxy.heads.length}`);
await proxy.stop();
