/**
 * The play: one client, a server and a network of our own on this machine, and all that can go wrong between
 * them, in about twelve seconds.
 */
import { once } from 'node:events';
import {
  createClient,
  type Inspect,
  type ReckerWebSocket,
  type Session,
  SessionError,
} from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { TcpRelay } from '../../src/testing/relay.js';
import { Narrator, reached } from './narrator.js';
import { duration, type Timeline } from './timeline.js';

/** Between two acts, in milliseconds: time to read. */
const BREAK = 500;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbered messages, which the server sends back: so it shows which came through. */
class Talk {
  sent = 0;
  readonly #ws: ReckerWebSocket;
  readonly #timeline: Timeline;
  /** When each that has not come back was sent. */
  readonly #underWay = new Map<string, number>();

  constructor(ws: ReckerWebSocket, timeline: Timeline) {
    this.#ws = ws;
    this.#timeline = timeline;
    ws.on('message', ({ data }) => {
      const text = String(data);
      const sentAt = this.#underWay.get(text) ?? timeline.elapsed;
      this.#underWay.delete(text);
      timeline.event(ws.state, 'message', `← ${text}, ${duration(timeline.elapsed - sentAt)} after send()`);
    });
  }

  get answered(): number {
    return this.sent - this.#underWay.size;
  }

  get lost(): readonly string[] {
    return [...this.#underWay.keys()];
  }

  say(remark = ''): void {
    this.sent += 1;
    const text = `message ${this.sent}`;
    this.#underWay.set(text, this.#timeline.elapsed);
    this.#ws.send(text).catch(() => {});
    const waits = this.#ws.isConnected ? '' : ' waits in the queue';
    this.#timeline.event(this.#ws.state, 'send', `→ ${text}${waits}${remark}`);
  }

  /** Resolves when all that can still come back has. */
  async settled(except = 0): Promise<void> {
    while (this.#underWay.size > except) await once(this.#ws, 'message');
  }
}

/** Plays all acts. Ends by itself, with everything closed. */
export async function play(timeline: Timeline, inspect?: Inspect): Promise<void> {
  const server = await FaultServer.start();
  const relay = await TcpRelay.start({ port: server.port });
  server.echo();

  timeline.title('recker', 'one WebSocket, and all that can happen to it, on this machine alone');
  timeline.head();

  // From the chapter of the login on.
  let prepare: (session: Session) => Promise<void> | void = () => {};
  const client = createClient({ baseUrl: relay.url() });
  const ws = client.websocket('/chat', {
    reconnect: true,
    reconnectDelay: 250,
    heartbeatInterval: 1000,
    heartbeatTimeout: 500,
    connectTimeout: 700,
    prepare: (session) => prepare(session),
    inspect,
  });
  const narrator = new Narrator(ws, timeline);
  const talk = new Talk(ws, timeline);
  // A first round trip at once; the heartbeat measures the others.
  ws.on('open', () => ws.ping());

  timeline.act('Connect', 'What is sent before the connection is open waits, and goes out in order.');
  talk.say();
  await talk.settled();
  talk.say();
  await once(ws, 'pong');
  await pause(BREAK);

  timeline.act('The server vanishes', 'Back-off: 250, 500, 1000 ms … What is sent meanwhile waits.');
  timeline.world('the server process is killed, nobody listens on its port');
  relay.refuse();
  await server.stop();
  await once(ws, 'reconnecting');
  talk.say();
  talk.say();
  await once(ws, 'reconnect-error');
  await once(ws, 'reconnect-error');
  await pause(300);
  timeline.world('the server is back');
  await server.restart();
  await relay.accept();
  await once(ws, 'open');
  await talk.settled();
  await pause(BREAK);

  timeline.act('The network freezes', 'No FIN, no RST, no error: only a Ping that nobody answers can tell.');
  relay.freeze({ drop: true });
  timeline.world('the cable is cut: every byte is swallowed, silently');
  talk.say(', into the cut cable');
  await once(ws, 'heartbeat-timeout');
  talk.say();
  await once(ws, 'reconnect-error');
  relay.thaw();
  timeline.world('the cable is mended');
  await once(ws, 'open');
  await talk.settled(1);
  await pause(BREAK);

  timeline.act('The server refuses', '503, Retry-After: 1. The client waits as long as it is told.');
  server.refuse(503, { 'Retry-After': '1' });
  server.terminateAll();
  timeline.world('the server drops everyone, and answers 503 from now on');
  await once(ws, 'reconnect-error');
  await pause(300);
  server.echo();
  timeline.world('the server has recovered');
  await once(ws, 'open');
  talk.say();
  await talk.settled(1);
  await pause(BREAK);

  timeline.act('It refuses for good', 'A 401 is final: no attempt follows until you say so.');
  server.refuse(401);
  server.terminateAll();
  timeline.world('the server drops everyone, and answers 401 from now on');
  await reached(ws, 'closed');
  await pause(400);
  server.echo();
  timeline.world('you have logged in again, and call connect()');
  await ws.connect();
  talk.say();
  await talk.settled(1);
  await pause(BREAK);

  timeline.act(
    'Log in, lose the server, log in again',
    'prepare runs on every new connection; the queue waits for it.',
  );
  let logins = 0;
  prepare = async (session) => {
    logins += 1;
    timeline.event(ws.state, 'prepare', `→ login ${logins}`);
    session.send(`login ${logins}`);
    const { data } = await session.next();
    if (logins === 1) throw new SessionError('the server refused the login');
    timeline.event(ws.state, 'prepare', `← ${data}: accepted`, 'good');
  };
  server.terminateAll();
  timeline.world('the server drops everyone, and wants a login: it refuses the first');
  await once(ws, 'reconnecting');
  talk.say();
  await once(ws, 'open');
  await talk.settled(1);
  await pause(BREAK);

  timeline.act('Close', 'close() resolves when the closing handshake is done: both sides know.');
  await ws.close(1000, 'the demo is over');
  await server.waitFor(({ closes }) => closes.length > 0);
  const seen = server.seen.closes.at(-1);
  timeline.world(`the server saw Close ${seen?.code}: ${seen?.reason}`);

  const lost = talk.lost.length === 0 ? 'none lost' : `lost: ${talk.lost.join(', ')}, into the cut cable`;
  timeline.summary([
    ['ran', duration(timeline.elapsed)],
    ['messages', `${talk.sent} sent, ${talk.answered} echoed  (${lost})`],
    ...narrator.rows(),
  ]);
  timeline.plain('Against your own server:  npm run demo -- wss://host/path');
  timeline.plain('');
  await relay.close();
  await server.stop();
}
