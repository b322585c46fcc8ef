/**
 * How the things that happen in a path are done to the chat: the client is recker's, the server is the chat's own,
 * and between them is a `TcpRelay`, which is the network.
 *
 * In a project of your own: import from 'recker' and 'recker/testing'.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReckerWebSocket } from '../../src/index.js';
import { type ConnectionPath, type PathDriver, type PathStep, TcpRelay } from '../../src/testing/index.js';
import { ChatServer, type Line } from './chatServer.js';

/** This server answers a Close at once and sends none, and nobody can put this process to sleep. */
export function canBeRun({ steps }: ConnectionPath): boolean {
  return steps.every(({ state, event }) => state !== 'closing' && event.type !== 'process.slept');
}

export class ChatDriver implements PathDriver {
  /** What the client has been told, in order. */
  readonly heard: Line[] = [];
  readonly #abort = new AbortController();
  #dial: (url: string) => void = () => {};
  #isFrozen = false;
  #server: ChatServer | undefined;
  #relay: TcpRelay | undefined;
  #client: ReckerWebSocket | undefined;

  async start({ policy }: ConnectionPath): Promise<void> {
    this.#server = await ChatServer.start();
    this.#relay = await TcpRelay.start({ port: this.server.port });
    // The provider is asked for every dial; the path says when it is answered, and what then becomes of it.
    const url = () => new Promise<string>((dial) => (this.#dial = dial));
    this.#client = new ReckerWebSocket(url, { ...policy, signal: this.#abort.signal });
    this.client.on('message', ({ data }) => this.heard.push(JSON.parse(String(data)) as Line));
    this.client.on('error', () => {});
  }

  async finish(): Promise<void> {
    this.#abort.abort();
    await this.#relay?.close();
    await this.#server?.stop();
  }

  connect = () => void this.client.connect().catch(() => {});
  reconnect = () => void this.client.reconnect().catch(() => {});
  close = (code: number, reason: string) => void this.client.close(code, reason);
  terminate = () => this.client.terminate();
  abort = () => this.#abort.abort();

  async accept(): Promise<void> {
    await this.relay.accept();
    this.#dialNow();
  }
  refuse(): void {
    this.relay.refuse();
    this.#dialNow();
  }
  drops(): void {
    this.relay.reset();
  }
  freezes(): void {
    this.relay.freeze();
    this.#isFrozen = true;
  }
  answers(): void {}

  async passDelay(name: string, ms: number): Promise<void> {
    if (name === 'connectTimeout') {
      this.relay.silent();
      this.#dialNow();
    }
    await sleep(ms);
  }

  peerCloses = () => assert.fail('see canBeRun()');
  peerErrs = () => assert.fail('see canBeRun()');
  ends = () => assert.fail('see canBeRun()');
  sleeps = () => assert.fail('see canBeRun()');

  /** The state is the one that the path expects; and what a chat is for holds in it. */
  async check(step: PathStep, { steps }: ConnectionPath): Promise<void> {
    const { client, server } = this;
    const { name, state } = step;
    // Whether something was heard is answered at once, and may have led on already.
    if (steps[steps.indexOf(step) + 1]?.event.type === 'socket.answered') return;
    await until(
      () => client.state === state,
      () => `the client is ${client.state} and should be ${state}`,
    );
    server.say(`while ${name}`);
    if (this.#isFrozen) return;
    const isIn = state === 'open';
    await until(
      () => server.members === (isIn ? 1 : 0),
      () => `${server.members} members in ${state}`,
    );
    if (!isIn) return;
    await client.send(`after ${name}`);
    await until(
      () => server.lines.at(-1)?.text === `after ${name}`,
      () => 'the line did not arrive',
    );
    const { length } = server.lines;
    await until(
      () => this.heard.length >= length,
      () => `${this.heard.length} of ${length} lines were heard`,
    );
    assert.deepEqual(this.heard, server.lines);
  }

  #dialNow(): void {
    this.#dial(`${this.relay.url('/chat')}?after=${this.heard.length}`);
  }

  get client(): ReckerWebSocket {
    assert.ok(this.#client);
    return this.#client;
  }
  get server(): ChatServer {
    assert.ok(this.#server);
    return this.#server;
  }
  get relay(): TcpRelay {
    assert.ok(this.#relay);
    return this.#relay;
  }
}

async function until(holds: () => boolean, otherwise: () => string): Promise<void> {
  const latest = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > latest) throw new Error(otherwise());
    await sleep(2);
  }
}
