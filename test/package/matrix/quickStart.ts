// Compiles everywhere: without Node's types and without the DOM library.
import {
  ConfigurationError,
  createClient,
  ReckerWebSocket,
  type SendOptions,
  TimeoutError,
  type WebSocketMessage,
  type WebSocketOptions,
} from 'recker';
import { redactUrl } from 'recker/inspect';

const client = createClient({ baseUrl: 'https://api.example.com', headers: undefined });
const ws = client.websocket('/chat', { reconnect: true });

ws.on('message', (message) => {
  const data: string | Uint8Array = message.data;
  data.length.toFixed();
});
ws.on('error', (error) => error.message.trim());
ws.once('close', (code, reason, { wasClean, error }) => [
  code.toFixed(),
  reason.trim(),
  wasClean,
  error?.code,
]);
ws.send('Hello, server!');
ws.send(new Uint8Array(3), { awaitDrain: undefined } satisfies SendOptions);

// `undefined` means the default, under exactOptionalPropertyTypes too.
const options: WebSocketOptions = {
  reconnect: undefined,
  headers: undefined,
  signal: undefined,
  tls: { ca: undefined, rejectUnauthorized: undefined },
  proxy: { url: 'http://proxy.example.com', token: undefined, requestTls: undefined },
  sendQueue: { maxBytes: undefined, overflow: undefined },
  receiveQueue: { maxMessages: undefined },
  inspect: { next: undefined },
  shouldReconnect: ({ status, error }) => status !== 404 && !(error instanceof TimeoutError),
};
const other = new ReckerWebSocket(
  async ({ attempt, signal }) => `wss://x/?n=${attempt}${signal.aborted}`,
  options,
);

// @ts-expect-error there is no third argument
new ReckerWebSocket('wss://x', options, {});
// @ts-expect-error a misspelt event
ws.on('mesage', () => {});
// @ts-expect-error an unknown option
client.websocket('/', { reconect: true });

class Chat extends ReckerWebSocket {
  say(text: string): Promise<void> {
    return this.send(text);
  }
}

export async function talk(): Promise<string> {
  await other.connect();
  await ws.pipeFrom(['a', new Uint8Array(1)]);
  await new Chat('wss://x').say('hello');
  for await (const message of ws) {
    const each: WebSocketMessage = message;
    if (each.data === 'STOP') break;
  }
  await ws.close().catch((error: unknown) => error instanceof ConfigurationError && error.option);
  return redactUrl(ws.url);
}
