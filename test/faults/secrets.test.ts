/**
 * Secrets in every place where one can be, over real sockets, with servers and proxies that send them back: no
 * event, error, inspection event, and nothing that a log makes of the client shows one. (test/api/secrets.test.ts
 * has each error for itself, test/inspect/redact.test.ts a whole life over a fake transport.)
 */
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketEvents, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { SocksProxy } from '../support/socksProxy.js';
import { testTls } from '../support/tls.js';
import { client, endAll, kept, note, sleep } from './support.js';

afterAll(endAll);

const SECRET = {
  user: 'us3r-planted',
  password: 'p4ss-planted',
  query: 't0ken-planted',
  header: 'h3ader-planted',
  cookie: 'c00kie-planted',
  proxyUser: 'pr0xy-planted',
  proxyPassword: 'pr0xypass-planted',
  proxyHeader: 'pr0xyhead-planted',
  passphrase: 'phr4se-planted',
  provider: 'pr0vider-planted',
} as const;

const basic = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`).toString('base64');
const FORBIDDEN = [
  ...Object.values(SECRET),
  basic(SECRET.user, SECRET.password),
  basic(SECRET.proxyUser, SECRET.proxyPassword),
];

const EVENTS: readonly (keyof WebSocketEvents)[] = [
  'open',
  'close',
  'error',
  'reconnecting',
  'reconnect-error',
  'max-reconnect-attempts',
  'heartbeat-timeout',
  'pong',
  'state',
  'undelivered',
];

/** Everything that logs make of a value. */
function shown(value: unknown): string {
  const forms = [inspect(value, { depth: null }), inspect([value]), String(value), JSON.stringify([value])];
  for (let each = value; each instanceof Error; each = each.cause) {
    forms.push(each.message, each.stack ?? '', inspect(each, { depth: null }), JSON.stringify(each));
  }
  return forms.join('\n');
}

/** A client that has them all; what it reported, and what an inspector was shown, as text. */
async function life(
  url: string,
  options: WebSocketOptions,
  lasts: (ws: ReckerWebSocket) => Promise<unknown>,
) {
  const texts: string[] = [];
  const { ws } = client(url, {
    reconnectDelay: 5,
    maxReconnectAttempts: 2,
    connectTimeout: 300,
    closeTimeout: 100,
    headers: { Authorization: `Bearer ${SECRET.header}`, Cookie: `sid=${SECRET.cookie}` },
    inspect: (event: unknown) => texts.push(`inspect: ${shown(event)}`),
    ...options,
  });
  for (const event of EVENTS) {
    ws.on(event, (...args: unknown[]) => {
      // What the user gave to send() is handed back as it is.
      const reported = event === 'undelivered' ? args.slice(1) : args;
      texts.push(
        ...reported.map((argument) => `${event}: ${shown(argument)}`),
        `client at ${event}: ${shown(ws)}`,
      );
    });
  }
  await ws.connect().catch((error) => texts.push(`connect(): ${shown(error)}`));
  await lasts(ws);
  await ws.close();
  texts.push(shown(ws), shown(ws.stats()));
  return texts;
}

const withSecrets = (port: number, scheme = 'ws'): string =>
  `${scheme}://${SECRET.user}:${SECRET.password}@127.0.0.1:${port}/room?access=${SECRET.query}`;

async function made<Thing extends { stop(): Promise<unknown> }>(thing: Promise<Thing>): Promise<Thing> {
  const it = await thing;
  kept({ [Symbol.asyncDispose]: async () => void (await it.stop()) });
  return it;
}

const until = async (ws: ReckerWebSocket, state: string): Promise<void> => {
  for (let waited = 0; ws.state !== state && waited < 3000; waited += 5) await sleep(5);
};

/** An HTTP answer that sends back all that came. */
const parrot =
  (status: string) =>
  (head: string): string =>
    `HTTP/1.1 ${status} ${FORBIDDEN[5]}\r\nX-Echo: ${head.replaceAll('\r\n', ' ')}\r\nSet-Cookie: ${SECRET.cookie}\r\nContent-Length: 0\r\n\r\n`;

const proxied = (port: number, scheme: string): WebSocketOptions => ({
  proxy: {
    url: `${scheme}://127.0.0.1:${port}`,
    auth: { username: SECRET.proxyUser, password: SECRET.proxyPassword },
    ...(scheme === 'http' ? { headers: { 'X-Proxy': SECRET.proxyHeader } } : {}),
  },
});

const SCENES: Record<string, () => Promise<string[]>> = {
  'a whole life: open, lost, back, closed': async () => {
    const server = kept(await FaultServer.start());
    return life(withSecrets(server.port), {}, async (ws) => {
      ws.ping();
      await sleep(20);
      server.resetAll();
      await until(ws, 'backoff');
      await until(ws, 'open');
    });
  },
  'a dead peer': async () => {
    const server = kept(await FaultServer.start());
    server.setPongs(false);
    const quick = { heartbeatInterval: 40, heartbeatTimeout: 30 };
    return life(withSecrets(server.port), quick, (ws) => until(ws, 'backoff'));
  },
  'a server that refuses and sends everything back': async () => {
    const server = kept(await FaultServer.start());
    server.refuse(503, { 'X-Echo': FORBIDDEN.join(' '), 'Set-Cookie': SECRET.cookie }, FORBIDDEN.join('\n'));
    return life(withSecrets(server.port), {}, (ws) => until(ws, 'exhausted'));
  },
  'a redirect to where the secrets are': async () => {
    const server = kept(await FaultServer.start());
    server.refuse(302, { Location: withSecrets(1) });
    return life(withSecrets(server.port), {}, (ws) => until(ws, 'closed'));
  },
  'a proxy that refuses and sends everything back': async () => {
    const proxy = await made(ConnectProxy.start({ answer: parrot('407') }));
    return life(withSecrets(1), proxied(proxy.port, 'http'), (ws) => until(ws, 'closed'));
  },
  'a proxy that fails and sends everything back': async () => {
    const proxy = await made(ConnectProxy.start({ answer: parrot('502') }));
    return life(withSecrets(1), proxied(proxy.port, 'http'), (ws) => until(ws, 'exhausted'));
  },
  'a proxy that answers what is no HTTP, with the secrets in it': async () => {
    const proxy = await made(
      ConnectProxy.start({
        answer: (head, socket) => {
          socket.end(head);
          return undefined;
        },
      }),
    );
    return life(withSecrets(1), proxied(proxy.port, 'http'), (ws) => until(ws, 'exhausted'));
  },
  'a SOCKS proxy that is none': async () => {
    const proxy = await made(SocksProxy.start({ hijack: (socket) => void socket.end(FORBIDDEN.join(' ')) }));
    return life(withSecrets(1), proxied(proxy.port, 'socks5'), (ws) => until(ws, 'exhausted'));
  },
  'proxies that are not there': async () => {
    const texts = await Promise.all(
      ['http', 'https', 'socks4', 'socks5h'].map((scheme) => {
        const { proxy } = proxied(1, scheme);
        const { url, auth } = proxy as { url: string; auth: { username: string; password: string } };
        const options = scheme === 'socks4' ? { proxy: url } : { proxy: { url, auth } };
        return life(withSecrets(1), options, (ws) => until(ws, 'exhausted'));
      }),
    );
    return texts.flat();
  },
  'a certificate, a key and a passphrase that are no good': async () => {
    const server = kept(await FaultServer.start({ tls: testTls }));
    const tls = { key: testTls.key.replace(/A/g, 'B'), cert: testTls.cert, passphrase: SECRET.passphrase };
    const bad = await life(withSecrets(server.port, 'wss'), { tls }, (ws) => until(ws, 'closed'));
    expect(bad.join('\n')).not.toContain(testTls.key.split('\n')[1]);
    return bad;
  },
  'providers that throw what they know': async () => {
    const server = kept(await FaultServer.start());
    const options: WebSocketOptions = {
      headers: ({ attempt }) => {
        if (attempt < 2) throw new Error(`refused for ${SECRET.provider}`);
        return { Authorization: SECRET.header, 'X-\n': SECRET.header };
      },
    };
    const texts = await life(withSecrets(server.port), options, (ws) => until(ws, 'closed'));
    // The cause is the user's own error, for the user to see; the inspector is not.
    return texts.filter(
      (text) => text.startsWith('inspect') || !text.includes(`refused for ${SECRET.provider}`),
    );
  },
  'options that are refused': async () => {
    const bad: [string, object][] = [
      [`ws://${SECRET.user}:${SECRET.password}@h/?${SECRET.query}#${SECRET.query}`, {}],
      [`http://${SECRET.user}:${SECRET.password}@h/?${SECRET.query}`, {}],
      // No scheme: a parser takes the user's name for one.
      [`${SECRET.user}:${SECRET.password}@h/`, {}],
      ['ws://h', { headers: { Authorization: `${SECRET.header}\n` } }],
      ['ws://h', { headers: SECRET.header }],
      ['ws://h', { protocols: [`${SECRET.header} `] }],
      ['ws://h', { proxy: `ftp://${SECRET.proxyUser}:${SECRET.proxyPassword}@h` }],
      ['ws://h', { proxy: { url: 'http://h', auth: SECRET.proxyPassword } }],
      ['ws://h', { proxy: { url: 'http://h', token: `${SECRET.proxyPassword}\n` } }],
      ['ws://h', { tls: SECRET.passphrase }],
    ];
    return bad.map(([url, options]) => {
      try {
        new ReckerWebSocket(url, options as WebSocketOptions);
      } catch (error) {
        return shown(error);
      }
      throw new Error(`taken: ${JSON.stringify(options)}`);
    });
  },
};

describe.concurrent('no secret is shown', () => {
  it.concurrent.each(Object.entries(SCENES))('%s', async (name, play) => {
    const texts = await play();
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) {
      for (const secret of FORBIDDEN) {
        if (text.includes(secret)) throw new Error(`${secret} in:\n${text.slice(0, 3000)}`);
      }
    }
    note(`secrets: ${name}`, 'none shown', `none in ${texts.length} texts`);
  });
});
