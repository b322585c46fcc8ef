/**
 * What is not known of a chart after steps that were forgotten.
 *
 * Owns: which of the chart's guards, delays and decisions depend on it, and what makes it known again.
 */
import type { ConnectionContext, GuardName, SteppedStep } from '../machine/index.js';

/** A part of the chart's context. */
export type Unknown =
  | 'attempt'
  | 'closing'
  | 'dialled'
  | 'haste'
  | 'hasBeenOpen'
  | 'opened'
  | 'pinged'
  | 'sending'
  | 'verdict';

export const NOTHING_KNOWN: readonly Unknown[] = [
  'attempt',
  'closing',
  'dialled',
  'haste',
  'hasBeenOpen',
  'opened',
  'pinged',
  'sending',
  'verdict',
];

const OF_GUARDS: Readonly<Partial<Record<GuardName, readonly Unknown[]>>> = {
  stallsFirst: ['pinged', 'sending'],
  pingsAgainFirst: ['pinged'],
  isPeerAliveAndPingDue: ['pinged'],
  wasAsleep: ['pinged'],
  hasSleptOverStall: ['sending'],
  isStillSending: ['pinged'],
  hasBeenFull: ['sending'],
  isClosingOverdue: ['closing'],
  mayDial: ['dialled', 'verdict'],
};

const OF_TIMERS: Readonly<Record<string, readonly Unknown[]>> = {
  'after nextPing': ['pinged', 'sending'],
  'after heartbeatTimeout': ['pinged', 'sending'],
  'after retryDelay': ['verdict'],
  'closing.overdue': ['closing'],
};

const OF_DECISIONS: readonly Unknown[] = ['attempt', 'haste', 'hasBeenOpen', 'opened'];

const MADE_KNOWN: Readonly<Record<string, readonly Unknown[]>> = {
  enterConnecting: ['dialled', 'hasBeenOpen', 'opened', 'sending'],
  enterReconnecting: ['dialled', 'opened', 'sending'],
  recordOpening: ['opened', 'pinged', 'hasBeenOpen', 'haste'],
  resetAttempts: ['attempt', 'haste'],
  scheduleRetry: ['verdict', 'haste'],
  forgetHaste: ['haste'],
  beginWait: ['pinged'],
  beginClosing: ['closing'],
};

export class Unknowns {
  readonly #unknown = new Set<Unknown>();

  /** Whether all is known. */
  get isEmpty(): boolean {
    return this.#unknown.size === 0;
  }

  forgetAll(): void {
    for (const each of NOTHING_KNOWN) this.#unknown.add(each);
  }

  has(each: Unknown): boolean {
    return this.#unknown.has(each);
  }

  learn(each: Unknown): void {
    this.#unknown.delete(each);
  }

  /** Takes in a step, and what its event said of the bytes on their way. */
  learnFrom({ acts }: SteppedStep, saysSending: boolean): void {
    if (this.isEmpty) return;
    for (const act of acts) for (const each of MADE_KNOWN[act] ?? []) this.#unknown.delete(each);
    if (saysSending) this.#unknown.delete('sending');
  }

  concernGuard(name: GuardName): boolean {
    return this.#unknown.size > 0 && this.#any(OF_GUARDS[name]);
  }

  concernTimer(event: string): boolean {
    return this.#unknown.size > 0 && this.#any(OF_TIMERS[event]);
  }

  /** The verdict before counts where the surroundings began the dial. */
  concernDecision({ isHastened }: ConnectionContext): boolean {
    if (this.#unknown.size === 0) return false;
    return this.#any(OF_DECISIONS) || (isHastened && this.#unknown.has('verdict'));
  }

  #any(list: readonly Unknown[] = []): boolean {
    return list.some((each) => this.#unknown.has(each));
  }
}
