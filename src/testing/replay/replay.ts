/**
 * Recordings as tests: what happened to one client, again.
 *
 * Owns: the public face of replays.
 */
import type { ConnectionState } from '../../machine/index.js';
import { messageOf } from '../../port/index.js';
import type { PathClient } from '../fakePathDriver.js';
import { stateIn } from './cues.js';
import { LiveStage, type ReplayClientOptions } from './liveStage.js';
import { type Difference, type Manner, type Plan, planAnyhow } from './plan.js';
import { type Gap, type ReplayRecordingOptions, readScript, type Script } from './script.js';
import { shrink } from './shrink.js';
import { vitestFile } from './vitestFile.js';

/** One recorded step of the client. */
export interface ReplayStep {
  /** Its line in the recording; the header is line 1. */
  readonly line: number;
  /** Milliseconds since the client's first step. */
  readonly at: number;
  /** What caused it: a command, a fact, or `after` and the name of a delay. */
  readonly event: string;
  /** The path of the state of the chart before it. */
  readonly from: string;
  /** The path of the state after it. */
  readonly to: string;
  /** That state, as `ws.state` names it. */
  readonly state: ConnectionState;
}

/** A recording of one client, to be replayed. */
export interface Replay {
  /** The recorded steps, up to the asked-for end. */
  readonly steps: readonly ReplayStep[];
  /**
   * Brings a client through these steps, over a fake transport and in virtual time.
   *
   * @param make makes the client with the options that it is given, in the state `idle`
   * @returns each value that `ws.state` took
   * @throws Error at the first step after which `ws.state` is not as recorded, or before which steps are missing although no
   *   `dropped` says so: the promise rejects
   */
  run<Client extends PathClient>(
    make: (options: ReplayClientOptions) => Client | Promise<Client>,
  ): Promise<{ readonly states: readonly ConnectionState[] }>;
  /**
   * The text of a Vitest file that brings a client to the same end, with as few of the steps as lead there.
   *
   * @throws Error where the steps do not lead there on the chart of this version, or where some are missing although no `dropped`
   *   says so
   */
  toVitest(): string;
}

/**
 * Reads a recording of `recorder()` to replay what happened to one of its clients.
 *
 * @param text the recording
 * @throws ConfigurationError where it is no recording of version 1, or has not what the options ask for
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { ReckerWebSocket } from 'recker';
 * import { replayRecording } from 'recker/testing';
 *
 * async function again(path: string): Promise<void> {
 *   const replay = replayRecording(readFileSync(path, 'utf8'), { until: 'exhausted' });
 *   const { states } = await replay.run((options) => new ReckerWebSocket('wss://example.com', options));
 *   console.log(states.join(' → '));
 *   console.log(replay.toVitest());
 * }
 * ```
 */
export function replayRecording(text: string, options: ReplayRecordingOptions = {}): Replay {
  return new RecordedReplay(readScript(text, options));
}

/** A client shows `ws.state`, so that is what has to be as recorded. A replay that is exact in all is the better one. */
const MANNERS: readonly Manner[] = [
  { precision: 'path', isLate: false },
  { precision: 'path', isLate: true },
  { precision: 'state', isLate: false },
  { precision: 'state', isLate: true },
];

class RecordedReplay implements Replay {
  readonly steps: readonly ReplayStep[];
  readonly #script: Script;
  #plan: Plan | undefined;

  constructor(script: Script) {
    this.#script = script;
    const begun = script.steps[0]?.t ?? 0;
    this.steps = script.steps.flatMap(({ line, t, event, from, to }) => {
      const state = stateIn(to);
      return state === undefined ? [] : [{ line, at: t - begun, event, from, to, state }];
    });
  }

  async run<Client extends PathClient>(
    make: (options: ReplayClientOptions) => Client | Promise<Client>,
  ): Promise<{ readonly states: readonly ConnectionState[] }> {
    const { cues, gap, policy } = this.#script;
    this.#plan ??= planAnyhow(cues, policy, MANNERS);
    const { moves, difference } = this.#plan;
    const stage = await LiveStage.of(policy, make);
    const states: ConnectionState[] = [];
    let state = stage.client.state;
    try {
      for (const move of moves) {
        const { cue } = move;
        await stage.move(move).catch((cause: unknown) => {
          throw new Error(`${placeOf(cue)}: ${messageOf(cause)}`, { cause });
        });
        const found = stage.client.state;
        if (found !== cue.state)
          throw new Error(`${placeOf(cue)}: ws.state is ${found}, and was ${cue.state}`);
        if (found !== state) states.push(cue.state);
        state = found;
      }
    } finally {
      stage.finish();
    }
    if (difference !== undefined) throw new Error(textOf(difference));
    if (gap !== undefined) throw new Error(textOfGap(gap));
    return { states };
  }

  toVitest(): string {
    const { cues, gap, policy } = this.#script;
    if (gap !== undefined) throw new Error(`No test can be written: ${textOfGap(gap)}`);
    const { moves, difference } = shrink(cues, policy);
    if (difference !== undefined) throw new Error(`No test can be written: ${textOf(difference)}`);
    return vitestFile(this.#script, moves);
  }
}

const placeOf = ({ line, event }: { readonly line: number; readonly event: string }): string =>
  line === 0 ? `before the first step, "${event}"` : `line ${line}, "${event}"`;

const textOf = ({ cue, expected, found }: Difference): string =>
  `${placeOf(cue)}: the recording says ${expected}, the chart of this version ${found}`;

const textOfGap = ({ step, expected }: Gap): string =>
  `${placeOf(step)}: n is ${step.n} in place of ${expected}: steps are missing, or not in their order`;
