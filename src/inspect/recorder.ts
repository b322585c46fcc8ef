/**
 * The flight recorder: keeps the newest steps of all clients in memory, as lines of a recording.
 *
 * Owns: its public form, the identity of clients, and the time of a line. It is made for production: it sees no message, and
 * what it costs is paid by steps of the chart.
 */
import { type InspectionLike, type RedactedActorRef, redactInspection } from '../machine/index.js';
import { ConfigurationError, tryRead } from '../port/index.js';
import {
  CHART_HASH,
  RECKER_VERSION,
  RECORDING_FORMAT,
  RECORDING_VERSION,
  type RecordingHeader,
} from '../recording/index.js';
import type { LookAtClient } from './history.js';
import { Ring } from './recorderRing.js';
import {
  type ClientTraits,
  firstLine,
  noMicrosteps,
  noteMicrostep,
  type Recorded,
  recordedStep,
  stateOf,
} from './recorderSteps.js';
import { saveFile } from './saveFile.js';

/** The options of `recorder()`. All optional. */
export interface RecorderOptions {
  /** How much memory the lines may take, in bytes; at least 4096. @default 262144 */
  readonly maxBytes?: number | undefined;
}

/** A value for the option `inspect`. To use another inspector as well, call both in an object of your own. */
export interface RecorderInspector {
  /** Takes one inspection event of a client. */
  next(event: InspectionLike): void;
  /** Takes what the client's chart does not show. Called once for each client, before its first event. */
  watch(rootId: string, look: LookAtClient, traits?: ClientTraits): void;
}

/** A recorder, for any number of clients. */
export interface Recorder {
  /** For the option `inspect` of each client. */
  readonly inspect: RecorderInspector;
  /** The recording so far: a header, then one line for each step. */
  toNDJSON(): string;
  /**
   * Writes the recording to a file: to a temporary one in the same folder, which is then renamed. So a crash leaves the old
   * file or the new one. Calls are done one after the other.
   *
   * @throws ConfigurationError in a page or worker; else what the file system reports: the promise rejects
   */
  save(path: string): Promise<void>;
  /** Forgets what was recorded. The clients keep their ids, and their next lines are first lines. */
  clear(): void;
}

const DEFAULT_MAX_BYTES = 262_144;
const LEAST_MAX_BYTES = 4096;

/** What is left for the header. */
const HEADER = 256;

/**
 * Makes a recorder. What it has recorded can be checked, replayed and looked at.
 *
 * @throws ConfigurationError where an option is wrong
 * @example
 * import { createClient } from 'recker';
 * import { recorder } from 'recker/inspect';
 *
 * const recording = recorder();
 * const client = createClient({ baseUrl: 'https://chat.example.com' });
 * const ws = client.websocket('/room', { reconnect: true, inspect: recording.inspect });
 * ws.on('max-reconnect-attempts', () => void recording.save('outage.ndjson'));
 */
export function recorder(options: RecorderOptions = {}): Recorder {
  return new FlightRecorder(checkedMaxBytes(options));
}

function checkedMaxBytes(options: RecorderOptions): number {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null)
    throw new ConfigurationError('options', 'recorder() takes an object of options');
  for (const name of Object.keys(given)) {
    if (name !== 'maxBytes')
      throw new ConfigurationError(name, `recorder() has no option "${name}". Its only one is maxBytes`);
  }
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < LEAST_MAX_BYTES)
    throw new ConfigurationError(
      'maxBytes',
      `maxBytes must be a whole number of bytes, at least ${LEAST_MAX_BYTES}, got ${String(maxBytes)}`,
    );
  return maxBytes;
}

class FlightRecorder implements Recorder {
  readonly inspect: RecorderInspector;
  readonly #ring: Ring<Recorded>;
  readonly #clients = new WeakMap<RedactedActorRef, Recorded>();
  /** What was said of a client whose first event has not come. */
  #watched:
    | { readonly rootId: string; readonly look: LookAtClient; readonly traits?: ClientTraits }
    | undefined;
  readonly #madeAt = monotonic();
  /** How far the time of the recording is ahead of a clock of a user's. */
  readonly #offsets = new WeakMap<object, number>();
  #count = 0;
  #saved: Promise<void> = Promise.resolve();

  constructor(maxBytes: number) {
    this.#ring = new Ring(maxBytes - HEADER);
    this.inspect = {
      next: (event) => this.#record(event),
      watch: (rootId, look, traits) => {
        this.#watched = { rootId, look, ...(traits === undefined ? {} : { traits }) };
      },
    };
  }

  toNDJSON(): string {
    const header: RecordingHeader = {
      format: RECORDING_FORMAT,
      version: RECORDING_VERSION,
      recker: RECKER_VERSION,
      chart: CHART_HASH,
      ...(this.#ring.dropped > 0 ? { dropped: this.#ring.dropped } : {}),
    };
    return `${[JSON.stringify(header), ...this.#ring.lines()].join('\n')}\n`;
  }

  save(path: string): Promise<void> {
    const text = this.toNDJSON();
    const saved = this.#saved.then(() => saveFile(path, text));
    this.#saved = saved.catch(() => {});
    return saved;
  }

  clear(): void {
    this.#ring.clear();
  }

  #record(inspected: InspectionLike): void {
    const { type } = inspected;
    if (type !== '@xstate.microstep' && type !== '@xstate.snapshot') return;
    // XState reports the invoked socket under the same root.
    const { actorRef } = inspected as unknown as { readonly actorRef: { readonly sessionId: string } };
    if (actorRef.sessionId !== inspected.rootId) return;
    const shown = redactInspection(inspected);
    const client = this.#client(shown.actorRef, shown.rootId);
    if (type === '@xstate.microstep') {
      client.at ??= this.#now(client);
      noteMicrostep(client.seen, shown);
      return;
    }
    const { snapshot, event } = shown;
    const { seen, at = this.#now(client) } = client;
    client.seen = noMicrosteps();
    client.at = undefined;
    if (snapshot === undefined || event === undefined) return;
    if (client.path === '') {
      Object.assign(client, stateOf(snapshot));
      return;
    }
    if (!seen.taken) return;
    const step = recordedStep(client, { t: at, ahead: wallAhead(client) }, event, snapshot, seen);
    const line = this.#ring.isNew(client) ? firstLine(step, client, snapshot) : step;
    this.#ring.add(client, line, (snapshot.tags ?? []).includes('resting'));
  }

  #client(actor: RedactedActorRef, rootId: string): Recorded {
    let client = this.#clients.get(actor);
    if (client === undefined) {
      const watched = this.#watched?.rootId === rootId ? this.#watched : undefined;
      this.#watched = undefined;
      this.#count += 1;
      client = {
        id: String(this.#count),
        n: 0,
        path: '',
        state: '',
        url: undefined,
        ahead: undefined,
        wall: 0,
        seen: noMicrosteps(),
        at: undefined,
        latest: 0,
        look: watched?.look,
        traits: watched?.traits,
      };
      this.#clients.set(actor, client);
    }
    return client;
  }

  /** Whole ms since the recorder was made. Never less than before, also where a clock is replaced meanwhile. */
  #now(client: Recorded): number {
    const real = monotonic() - this.#madeAt;
    const { clock } = client.traits ?? {};
    const now = clock === undefined ? real : this.#userTime(clock, real);
    client.latest = Math.max(client.latest, Math.floor(now ?? 0));
    return client.latest;
  }

  /** With a clock of the user's, its time counts: delays pass on it. All clients on one clock share its beginning. */
  #userTime(clock: { now(): number }, real: number): number | undefined {
    const now = tryRead(() => clock.now());
    if (typeof now !== 'number' || !Number.isFinite(now)) return undefined;
    let offset = this.#offsets.get(clock);
    if (offset === undefined) {
      offset = real - now;
      this.#offsets.set(clock, offset);
    }
    return now + offset;
  }
}

/** As the default clock of clients: what a test's fake timers do to one, they do to the other. */
const monotonic = (): number => performance.now();

/** How far the time of day is ahead: it moves away while the machine sleeps. A clock of the user's has no other time. */
const wallAhead = ({ traits }: Recorded): number =>
  traits?.clock === undefined ? Date.now() - performance.now() : 0;
