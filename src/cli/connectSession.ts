/**
 * The connection of `recker connect`: reports what happens to it, and knows when the command ends, and how.
 *
 * Must not know where messages come from.
 */
import type { CloseInfo, ConnectionState, ReckerWebSocket, SendData, WebSocketMessage } from '../index.js';
import { EXIT } from './command.js';
import type { Plan } from './connectOptions.js';
import { Output, type OutputForm, shownMessage } from './connectOutput.js';
import { NO_SCREEN, roundTrip, type Screen, type Status } from './connectScreen.js';
import type { Terminal } from './terminal.js';
import { jsonLine, withoutControls } from './text.js';

/** In bytes: above it, lines are not read until the kernel has taken some. */
const HIGH_WATER = 16_384;

/** How long a server may take to answer the Close, in ms: after the end of stdin, what it still sends is awaited. */
export const LAST_CLOSE_LIMIT = 60_000;
const CLOSE_LIMIT = 5_000;
/** As soon as nobody reads stdout. */
const UNREAD_CLOSE_LIMIT = 1_000;

/** Why the command ends the connection. */
type Ending = 'interrupted' | 'close' | 'input' | 'answered' | 'failed';

export class ConnectSession {
  readonly ws: ReckerWebSocket;
  /** The exit code; never rejects. */
  readonly ended: Promise<number>;
  /** Aborts with {@link ended}, or when the command begins to end the connection. */
  readonly ending: AbortSignal;
  screen: Screen = NO_SCREEN;
  form: OutputForm;
  readonly #terminal: Terminal;
  readonly #plan: Plan;
  readonly #output: Output;
  readonly #ending = new AbortController();
  #end: (code: number) => void = () => {};
  #why: Ending | undefined;
  #hasBeenOpen = false;
  #attempt = 0;
  #due = 0;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #pingsAsked = 0;
  #refused = 0;
  #lastSent: Promise<void> = Promise.resolve();

  constructor(ws: ReckerWebSocket, plan: Plan, terminal: Terminal) {
    this.ws = ws;
    this.#plan = plan;
    this.#terminal = terminal;
    this.form = { json: plan.json, base64: plan.base64, prefix: '' };
    this.#output = new Output(terminal, {
      onFull: () => {
        if (this.#why === undefined || this.#why === 'input') ws.pause();
      },
      onDrain: () => ws.resume(),
    });
    this.ending = this.#ending.signal;
    this.ended = new Promise((resolve) => {
      this.#end = (code) => {
        clearInterval(this.#countdown);
        clearTimeout(this.#timeout);
        this.#ending.abort();
        resolve(code);
      };
    });
    this.#listen();
  }

  get hasBeenOpen(): boolean {
    return this.#hasBeenOpen;
  }

  get status(): Status {
    return {
      state: this.ws.state,
      rtt: this.ws.latency,
      attempt: this.#attempt,
      attempts: this.#plan.attempts,
      dueIn: Math.max(0, this.#due - performance.now()),
    };
  }

  /** Connects; called once it is known where the status is shown. */
  start(): void {
    if (!this.ending.aborted) this.ws.connect().catch(() => {});
    this.screen.update();
  }

  /** Writes a line to stderr. What comes from outside cannot control the terminal. */
  report(line: string, paint: (text: string) => string = (text) => text): void {
    this.screen.above(() => this.#terminal.report(paint(withoutControls(line))));
  }

  /**
   * Sends a message, now or when there is a connection again.
   *
   * @returns where it is time to wait: resolves when there is room again, and never rejects
   */
  send(data: SendData): Promise<void> | undefined {
    this.#lastSent = this.ws.send(data, { awaitDrain: true, highWaterMark: HIGH_WATER }).catch(() => {});
    return this.ws.isConnected && this.ws.bufferedAmount <= HIGH_WATER ? undefined : this.#lastSent;
  }

  /** Resolves when all was handed to a connection, or refused. */
  get sent(): Promise<void> {
    return this.#lastSent;
  }

  /** Sends a Ping, and reports the answer. */
  ping(): void {
    this.#pingsAsked += 1;
    this.ws.ping();
  }

  /** Closes the connection, which ends the command. @throws ConfigurationError for a code or reason that is not allowed */
  close(why: Ending, code?: number, reason?: string): void {
    if (this.#why !== undefined) return;
    // The client may close within the call.
    this.#why = why;
    try {
      this.ws.close(code, reason).catch(() => {});
    } catch (error) {
      this.#why = undefined;
      throw error;
    }
    clearTimeout(this.#timeout);
    this.#ending.abort();
    if (why === 'input' || this.ws.state === 'closed') return;
    // The peer's Close is read, even if nobody reads stdout.
    this.ws.resume();
    const isRead = this.#terminal.stdout.writable;
    this.#timeout = setTimeout(() => this.ws.terminate(), isRead ? CLOSE_LIMIT : UNREAD_CLOSE_LIMIT);
  }

  #listen(): void {
    const { ws } = this;
    ws.on('message', (message) => this.#onMessage(message));
    ws.on('state', (state, previous) => this.#onState(state, previous));
    ws.on('open', ({ attempt, downtime }) => this.#onOpen(attempt, downtime));
    ws.on('close', (code, reason, info) => this.#onClose(code, reason, info));
    ws.on('error', ({ message }) => this.report(message, this.#terminal.errorStyle.red));
    ws.on('reconnect-error', ({ message }) => this.report(message, this.#terminal.errorStyle.red));
    ws.on('reconnecting', (attempt, delay) => {
      this.#attempt = attempt;
      this.#due = performance.now() + delay;
      this.#printJson({ type: 'reconnecting', attempt, delay });
      const of = this.#plan.attempts === 0 ? '' : ` of ${this.#plan.attempts}`;
      this.report(`attempt ${attempt}${of} in ${delay / 1000} s`);
    });
    ws.on('max-reconnect-attempts', () => this.#end(EXIT.failed));
    ws.on('heartbeat-timeout', () =>
      this.report('the server has not answered a Ping in time', this.#terminal.errorStyle.red),
    );
    ws.on('pong', (rtt) => {
      this.#printJson({ type: 'pong', rtt });
      this.screen.update();
      if (this.#pingsAsked === 0) return;
      this.#pingsAsked -= 1;
      this.report(`Pong after ${roundTrip(rtt)}`);
    });
    ws.on('undelivered', (_data, { message }) => {
      this.#refused += 1;
      // The first of many says why.
      if (this.#refused === 1)
        this.report(`a message was not sent: ${message}`, this.#terminal.errorStyle.red);
    });
  }

  #onMessage(message: WebSocketMessage): void {
    const { once } = this.#plan;
    if (once !== undefined && this.#why !== undefined) return;
    this.#print(shownMessage(message, this.form, this.#terminal.stdout.isTTY === true));
    if (once !== undefined) this.close('answered');
  }

  #onState(state: ConnectionState, previous: ConnectionState): void {
    this.#printJson({ type: 'state', state, previous });
    clearInterval(this.#countdown);
    // The delay is known with `reconnecting`, which follows.
    if (state !== 'backoff') this.screen.update();
    else if (this.screen.isShown) this.#countdown = setInterval(() => this.screen.update(), 1000);
  }

  #onOpen(attempt: number, downtime: number): void {
    const { ws } = this;
    const { once, timeout } = this.#plan;
    const protocol = ws.protocol === '' ? '' : `, protocol ${ws.protocol}`;
    const back = downtime > 0 ? `, after ${(downtime / 1000).toFixed(1)} s and attempt ${attempt}` : '';
    this.report(`open: ${ws.toJSON().url}${protocol}${back}`, this.#terminal.errorStyle.green);
    this.#hasBeenOpen = true;
    if (this.screen.isShown) ws.ping();
    if (once === undefined) return;
    this.#timeout ??= setTimeout(() => {
      this.report(`no answer within ${timeout / 1000} s`, this.#terminal.errorStyle.red);
      this.close('failed');
    }, timeout);
  }

  #onClose(code: number, reason: string, info: CloseInfo): void {
    const { wasClean, unsentBytes, willReconnect, error } = info;
    this.#printJson({
      type: 'close',
      code,
      reason,
      wasClean,
      willReconnect,
      unsentBytes,
      ...(error === undefined
        ? {}
        : { error: { name: error.name, code: error.code, message: error.message } }),
    });
    this.#pingsAsked = 0;
    const lost = unsentBytes > 0 ? `; ${unsentBytes} bytes may be lost` : '';
    this.report(`close: ${code}${reason === '' ? '' : ` ${reason}`}${lost}`);
    if (willReconnect) {
      // The message went with that connection, or nobody knows: it is not sent twice.
      if (this.#plan.once !== undefined && this.#hasBeenOpen && this.#why === undefined) {
        this.report('the connection ended before an answer', this.#terminal.errorStyle.red);
        this.close('failed');
      }
      return;
    }
    if (this.ws.state !== 'closed') return;
    this.#end(this.#exitCode(wasClean));
  }

  #exitCode(wasClean: boolean): number {
    switch (this.#why) {
      case 'interrupted':
      case 'answered':
      case 'close':
        return EXIT.ok;
      case 'input':
        if (!wasClean) this.report('the server has not answered the Close', this.#terminal.errorStyle.red);
        if (this.#refused > 0)
          this.report(`${this.#refused} messages were not sent`, this.#terminal.errorStyle.red);
        return wasClean && this.#refused === 0 ? EXIT.ok : EXIT.failed;
      default:
        return EXIT.failed;
    }
  }

  #print(data: string | Uint8Array): void {
    this.screen.above(() => this.#output.write(data));
  }

  #printJson(value: { readonly type: string; readonly [name: string]: unknown }): void {
    if (!this.form.json) return;
    const { type, ...rest } = value;
    this.#print(jsonLine({ type, time: Date.now(), ...rest }));
  }
}
