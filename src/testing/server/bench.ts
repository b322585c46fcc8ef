/**
 * What the checks are made with: connections to the server, and the judgement of what follows.
 *
 * Owns: the rate of dials, the wires of one check, and when silence is an answer: only where another client was served
 * meanwhile. Must not know: which checks there are.
 */
import { randomBytes } from 'node:crypto';
import type { Profile } from './facts.js';
import type { Settings } from './settings.js';
import { type HandshakeRequest, handshakeRequest, type RequestChanges } from './target.js';
import { fails, NotApplicable, notApplicable, passes, type Verdict } from './verdict.js';
import { now, OPCODE, type Patience, pause, Wire } from './wire.js';

/** A handshake that was sent, and its wire. The answer may be missing. */
export interface Shaken {
  readonly wire: Wire;
  readonly request: HandshakeRequest;
}

/** After something was sent: `alive` went on, `over` ended the connection, `silent` did neither. */
export type Reaction = 'alive' | 'over' | 'silent';

/** Codes with which a server refuses a frame or a message as such; others may be its application's (RFC 6455 §7.4.1). */
const PROTOCOL_CODES: readonly number[] = [1002, 1007];

/** How often a wait is prolonged for a server that is still at work. */
const ROUNDS = 5;

/** What all benches of an examination share. */
export interface Shared {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly rate: Rate;
}

/** Begins at most so many connections in a second, and over all. */
export class Rate {
  readonly #everyMs: number;
  #next = 0;
  #left: number;

  /** @param atMost how many connections are begun, over all */
  constructor(perSecond: number, atMost: number) {
    this.#everyMs = 1000 / perSecond;
    this.#left = atMost;
  }

  async turn(signal: AbortSignal): Promise<void> {
    this.#left -= 1;
    if (this.#left < 0) throw new NotApplicable('the connections that the examination may make are used up');
    const at = Math.max(this.#next, now());
    this.#next = at + this.#everyMs;
    const ms = at - now();
    // Timers have whole milliseconds.
    if (ms >= 1) await pause({ ms, signal });
  }
}

/** One check's connections. */
export class Bench {
  readonly settings: Settings;
  readonly signal: AbortSignal;

  readonly #shared: Shared;
  readonly #profile: Profile | undefined;
  readonly #wires = new Set<Wire>();

  constructor(shared: Shared, profile?: Profile) {
    this.#shared = shared;
    this.#profile = profile;
    this.settings = shared.settings;
    this.signal = shared.signal;
  }

  /** What is known of the server. */
  get profile(): Profile {
    if (this.#profile === undefined) throw new NotApplicable('the server is not known yet');
    return this.#profile;
  }

  /** As long as the server may take for an answer. */
  get patience(): Patience {
    return { ms: this.settings.timeout, signal: this.signal };
  }

  /** So long an answer that came is given to be taken back: servers answer Pings before they have looked at a message. */
  get grace(): Patience {
    return { ms: Math.min(this.settings.timeout, 1000), signal: this.signal };
  }

  /** Waits for so many ms. */
  pause(ms: number): Promise<void> {
    return pause({ ms, signal: this.signal });
  }

  /** Ends what the check has left open. */
  end(): void {
    for (const wire of this.#wires) wire.destroy();
    this.#wires.clear();
  }

  /** Connects. A check that needs it is not applicable where that fails. */
  async dial(): Promise<Wire> {
    await this.#shared.rate.turn(this.signal);
    const { target, tls } = this.settings;
    try {
      const wire = await Wire.connect(target, tls, this.patience);
      this.#wires.add(wire);
      return wire;
    } catch (error) {
      throw new NotApplicable(`could not connect: ${codeOf(error)}`);
    }
  }

  /** The request of a handshake, as the options want it, with changes. */
  request(changes: RequestChanges = {}): HandshakeRequest {
    return handshakeRequest(this.settings.target, this.settings.headers, changes);
  }

  /** Sends a handshake and waits for the answer, or the end. */
  async shake(changes: RequestChanges = {}): Promise<Shaken> {
    const wire = await this.dial();
    const request = this.request(changes);
    wire.write(request.bytes);
    await this.answered(wire);
    return { wire, request };
  }

  /** Waits for the answer to a handshake, or the end. */
  async answered(wire: Wire): Promise<void> {
    await wire.until(() => wire.answer ?? wire.end ?? (wire.isGarbage || undefined), this.patience);
  }

  /** A connection that is open. A check that needs it is not applicable where the server does not accept. */
  async open(changes: RequestChanges = {}): Promise<Wire> {
    const { wire } = await this.shake(changes);
    if (wire.answer?.status !== 101) {
      throw new NotApplicable(`a valid handshake was not accepted: ${this.answerOf(wire)}`);
    }
    return wire;
  }

  /** For people: the answer to a handshake. */
  answerOf(wire: Wire): string {
    if (wire.answer !== undefined) return String(wire.answer.status);
    if (wire.isGarbage) return 'no HTTP answer';
    return wire.end === undefined
      ? `no answer within ${this.settings.timeout} ms`
      : `${wire.end} without an answer`;
  }

  /** For people: how the server ended a connection. */
  endOf(wire: Wire): string {
    const { close, end } = wire;
    if (close !== undefined) return close.code === 1005 ? 'Close without a code' : `Close ${close.code}`;
    return end === undefined ? 'nothing' : `${end} without a Close`;
  }

  /** Sends a Ping; true once its Pong is there, or the connection is over. False where neither comes. */
  async ping(wire: Wire, payload: Uint8Array = randomBytes(8)): Promise<boolean> {
    wire.send(OPCODE.ping, payload);
    return this.ponged(wire, payload);
  }

  /** Waits for the Pong with this payload, or the end; for longer while frames of the server still arrive. */
  async ponged(wire: Wire, payload: Uint8Array): Promise<boolean> {
    const seen = (): true | undefined => wire.isOver || hasPong(wire, payload) || undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = wire.frames.length;
      if ((await wire.until(seen, this.patience)) === true) return true;
      if (wire.frames.length === before || this.signal.aborted) return false;
    }
    throw new NotApplicable(
      `after ${ROUNDS * this.settings.timeout} ms it was still answering what came before`,
    );
  }

  /** Whether the connection goes on: asked by a Ping, or by a Close where the server answers no Pings. */
  async reaction(wire: Wire): Promise<Reaction> {
    if (this.profile.pongs) {
      const answered = await this.ping(wire);
      return wire.isOver ? 'over' : answered ? 'alive' : 'silent';
    }
    wire.sendClose(1000);
    await wire.until(() => wire.isOver || undefined, this.patience);
    if (!wire.isOver) return 'silent';
    return wire.close?.code === 1000 || wire.close?.code === 1005 ? 'alive' : 'over';
  }

  /** The server has to fail the connection because of these bytes (RFC 6455 §7.1.7). */
  async refuses(bytes: Uint8Array): Promise<Verdict> {
    return this.refusedOn(await this.open(), bytes);
  }

  /** As `refuses()`, on a connection that is open. */
  async refusedOn(wire: Wire, bytes: Uint8Array): Promise<Verdict> {
    wire.write(bytes);
    const reaction = await this.reaction(wire);
    if (reaction === 'over') return passes(this.endOf(wire));
    if (reaction === 'silent') return this.silence('neither a Close nor the end of TCP', fails);
    // Without Pongs the Close was answered as if nothing had happened.
    if (this.profile.pongs) await wire.until(() => wire.isOver || undefined, this.grace);
    if (this.profile.pongs && wire.isOver) return passes(this.endOf(wire));
    return fails(`the server went on: ${this.profile.pongs ? 'a Ping' : 'a Close'} after it was answered`);
  }

  /**
   * The server has to take what was sent on this connection.
   *
   * @param usual whether its payload is that of the message which the server is known to take: then no application has a
   *   reason to refuse it
   */
  async survives(wire: Wire, usual: boolean): Promise<Verdict> {
    // Twice: what the application makes of a message may come after the first Pong.
    let reaction = await this.reaction(wire);
    if (reaction === 'alive' && this.profile.pongs) reaction = await this.reaction(wire);
    if (reaction === 'alive') return passes('it went on');
    if (reaction === 'silent')
      return this.silence(`no answer to a ${this.profile.pongs ? 'Ping' : 'Close'} after it`, fails);
    const code = wire.close?.code;
    if (usual || code === undefined || PROTOCOL_CODES.includes(code)) return fails(this.endOf(wire));
    return notApplicable(`${this.endOf(wire)}, which may be what its application does with such a message`);
  }

  /**
   * As `survives()`; where the server is known to echo, the message has to come back. One that sends back the usual
   * message may do something else with others, unless the option says that it echoes.
   */
  async takes(wire: Wire, opcode: number, data: Uint8Array | string, usual: boolean): Promise<Verdict> {
    if (!this.profile.echoes) return this.survives(wire, usual);
    const wanted = Buffer.from(data);
    const isEcho = (message: Message): boolean => message.opcode === opcode && message.data.equals(wanted);
    const seen = (): true | undefined => messagesOf(wire).some(isEcho) || wire.isOver || undefined;
    if (await wire.until(seen, this.patience)) return this.survives(wire, usual);
    if (usual || this.settings.echo === true) return this.silence('the echo is missing, or differs', fails);
    const verdict = await this.survives(wire, usual);
    if (verdict.result !== 'pass') return verdict;
    return notApplicable(
      'it went on, and sent this message not back as it was: the option echo says whether it has to',
    );
  }

  /** Silence is an answer only where the server had time: another client, which came later, was served. */
  async silence(got: string, judge: (got: string) => Verdict): Promise<Verdict> {
    const text = `${got} within ${this.settings.timeout} ms`;
    const why = await this.witness();
    return why === undefined
      ? judge(text)
      : notApplicable(`${text}; a client that came later was not served either: ${why}`);
  }

  /** Connects as another client and asks for a Pong, up to so many times; undefined where it is served, else why not. */
  async witness(tries = 1): Promise<string | undefined> {
    const why = await this.#isServed();
    if (why === undefined || tries === 1 || this.signal.aborted) return why;
    await this.pause(this.settings.timeout / 10);
    return this.witness(tries - 1);
  }

  async #isServed(): Promise<string | undefined> {
    try {
      const wire = await this.open();
      if (this.#profile?.pongs === true && !(await this.ping(wire))) {
        return `no Pong within ${this.settings.timeout} ms`;
      }
      return wire.end === undefined ? undefined : this.endOf(wire);
    } catch (error) {
      if (error instanceof NotApplicable) return error.message;
      throw error;
    }
  }
}

/** The system's code of a failed dial; its message may contain secrets. */
function codeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return code ?? message;
}

function hasPong(wire: Wire, payload: Uint8Array): boolean {
  return wire.frames.some((frame) => frame.opcode === OPCODE.pong && frame.payload.equals(payload));
}

/** A message of the server. */
interface Message {
  readonly opcode: number;
  readonly data: Buffer;
}

/** The messages of the server that are complete; of a long one its beginning. */
export function messagesOf(wire: Wire): readonly Message[] {
  const messages: Message[] = [];
  let parts: Buffer[] = [];
  let first = 0;
  for (const { opcode, fin, payload } of wire.frames) {
    if (opcode > OPCODE.binary) continue;
    if (opcode !== OPCODE.continuation) {
      first = opcode;
      parts = [];
    }
    parts.push(payload);
    if (fin) messages.push({ opcode: first, data: Buffer.concat(parts) });
  }
  return messages;
}
