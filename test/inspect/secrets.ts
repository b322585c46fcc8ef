/**
 * A whole life of a client that is given a secret in every place where one can be, and where to look for them.
 */
import { inspect as dump } from 'node:util';
import { createClient, type Inspect, type ReckerWebSocket } from '../../src/index.js';
import { ConnectionError, HandshakeError } from '../../src/port/errors.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

/** Each is found as raw text, in Base64 too, where it is shown. */
export const SECRETS = {
  urlUser: 'planted-url-user',
  urlPassword: 'planted-url-password',
  queryValue: 'planted-query-value',
  clientHeader: 'planted-client-header',
  header: 'planted-header',
  subprotocol: 'planted-subprotocol',
  proxyPassword: 'planted-proxy-password',
  proxyHeader: 'planted-proxy-header',
  tlsPassphrase: 'planted-tls-passphrase',
  providerError: 'planted-provider-error',
  answerCookie: 'planted-answer-cookie',
  errorCause: 'planted-error-cause',
  quotedUrl: 'planted-quoted-url',
  messageIn: 'planted-message-in',
  messageOut: 'planted-message-out',
  heartbeatMessage: 'planted-heartbeat-message',
  abortReason: 'planted-abort-reason',
} as const;

/** The states that the life goes through, one after the other. */
export const STATES_OF_LIFE = [
  'idle',
  'connecting',
  'backoff',
  'reconnecting',
  'backoff',
  'reconnecting',
  'backoff',
  'reconnecting',
  'open',
  'backoff',
  'reconnecting',
  'open',
  'closing',
  'backoff',
  'closed',
] as const;

/** Lives: fails three times, each for another reason, opens, talks, falls silent, opens again, is closed by its peer, is aborted. */
export async function liveWithSecrets(inspect: Inspect): Promise<{ ws: ReckerWebSocket; states: string[] }> {
  const clock = new VirtualClock(Date.now());
  const transport = fakeTransport();
  const abort = new AbortController();
  let dials = 0;
  const client = createClient({
    baseUrl: `https://${SECRETS.urlUser}:${SECRETS.urlPassword}@chat.example.com`,
    headers: { 'X-Client': SECRETS.clientHeader },
  });
  const ws = client.websocket(
    `wss://${SECRETS.urlUser}:${SECRETS.urlPassword}@chat.example.com/room?token=${SECRETS.queryValue}`,
    {
      autoConnect: false,
      transport,
      clock,
      inspect,
      signal: abort.signal,
      reconnect: true,
      maxReconnectAttempts: 0,
      protocols: [SECRETS.subprotocol],
      headers: () => {
        dials += 1;
        if (dials === 1) throw new Error(`no token: ${SECRETS.providerError}`);
        return { Authorization: `Bearer ${SECRETS.header}` };
      },
      proxy: {
        url: 'http://proxy.example.com:8080',
        auth: { username: 'me', password: SECRETS.proxyPassword },
        headers: { 'X-Proxy': SECRETS.proxyHeader },
      },
      tls: { passphrase: SECRETS.tlsPassphrase },
      heartbeatInterval: 1000,
      heartbeatTimeout: 500,
      heartbeatMessage: SECRETS.heartbeatMessage,
    },
  );
  const states: string[] = [ws.state];
  ws.on('state', (state) => states.push(state));
  ws.on('error', () => {});
  const nextDial = async (): Promise<void> => {
    const before = transport.dials.length;
    while (transport.dials.length === before) await clock.advanceAsync(100);
  };
  ws.connect().catch(() => {});
  await nextDial();
  transport.last.fail(
    new HandshakeError('The server answered the upgrade with 503', {
      status: 503,
      headers: { 'set-cookie': [`session=${SECRETS.answerCookie}`] },
    }),
  );
  await nextDial();
  transport.last.fail(
    new ConnectionError(`could not reach https://me:${SECRETS.quotedUrl}@proxy/?key=${SECRETS.quotedUrl}`, {
      cause: new Error(SECRETS.errorCause),
    }),
  );
  await nextDial();
  transport.last.open({ protocol: SECRETS.subprotocol });
  transport.last.message(SECRETS.messageIn);
  ws.send(SECRETS.messageOut);
  // Alive once, then silent.
  await clock.advanceAsync(1000);
  transport.last.message('pong');
  await clock.advanceAsync(1500);
  await nextDial();
  transport.last.open();
  transport.last.peerClose(1001, 'going away');
  transport.last.end();
  abort.abort(new Error(SECRETS.abortReason));
  await clock.advanceAsync(0);
  return { ws, states };
}

/** Everything that can be read off a value, functions' sources and hidden members included. */
export function rawText(value: unknown): string {
  const shown = dump(value, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  });
  return `${shown}\n${JSON.stringify(value)}`;
}

/** Base64 of a text within a longer one looks different at each of three offsets; its ends depend on the neighbours. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((offset) =>
    Buffer.from('\0'.repeat(offset) + text)
      .toString('base64')
      .replace(/=+$/, '')
      .slice(offset === 0 ? 0 : offset + 1, -1),
  );
}

/** The names of the secrets that are found in a text, as they are or in Base64. */
export function foundIn(text: string): string[] {
  return Object.entries(SECRETS)
    .filter(([, secret]) => [secret, ...base64Forms(secret)].some((form) => text.includes(form)))
    .map(([name]) => name);
}
