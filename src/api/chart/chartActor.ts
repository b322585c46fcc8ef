/**
 * The actor that runs the statechart of one client.
 *
 * Owns the actor, and collects what the chart emits in a step. Must not know what that means to the client.
 */
import { type ActorRefFrom, createActor } from 'xstate';
import {
  type ConnectionCommand,
  type ConnectionEmitted,
  type ConnectionInput,
  connectionMachine,
  forgetOptions,
  idleSnapshot,
  isolateScheduler,
  shareSession,
  unsetActorOptions,
} from '../../machine/index.js';
import type { RuntimeFact } from '../../port/index.js';
import type { ChartClock } from './clock.js';
import type { InspectionOptions } from './inspection.js';

/** Shared by all steps in which the chart emits nothing. Never pushed to. */
const NOTHING: ConnectionEmitted[] = [];

/** Called after each step of the chart. */
export interface StepListener {
  /**
   * @param tags of the state that was reached
   * @param emitted what the chart emitted in this step, in order
   */
  onStep(tags: ReadonlySet<string>, emitted: readonly ConnectionEmitted[]): void;
}

export class ChartActor {
  readonly #actor: ActorRefFrom<typeof connectionMachine>;
  readonly #listener: StepListener;
  #emitted = NOTHING;
  /** Unique in the process; inspection events have it as `rootId`. */
  readonly id: string;

  constructor(
    input: ConnectionInput,
    clock: ChartClock,
    inspection: InspectionOptions | undefined,
    listener: StepListener,
  ) {
    this.#listener = listener;
    this.#actor = createActor(connectionMachine, {
      ...unsetActorOptions(),
      ...inspection,
      clock: clock as never,
      input,
      snapshot: idleSnapshot(input),
    });
    this.id = this.#actor.sessionId;
    if (inspection === undefined) shareSession(this.#actor);
    // Bound methods: closures would keep a scope for each connection.
    this.#actor.on('*', this.#collect.bind(this));
    // Without an error listener XState reports what the chart throws as an uncaught error.
    this.#actor.subscribe(this.#onSnapshot.bind(this));
  }

  #collect(emitted: ConnectionEmitted): void {
    if (this.#emitted === NOTHING) this.#emitted = [];
    this.#emitted.push(emitted);
  }

  #onSnapshot({ tags }: { readonly tags: ReadonlySet<string> }): void {
    const emitted = this.#emitted;
    this.#emitted = NOTHING;
    this.#listener.onStep(tags, emitted);
  }

  start(): void {
    isolateScheduler(this.#actor.system);
    this.#actor.start();
    isolateScheduler(this.#actor.system);
    forgetOptions(this.#actor);
  }

  send(event: ConnectionCommand | RuntimeFact): void {
    this.#actor.send(event);
  }
}
