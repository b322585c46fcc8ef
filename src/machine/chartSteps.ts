/**
 * The chart without an actor: one step after the other, as a pure function.
 *
 * Owns: how a step of the chart is taken where many of them are to be compared with what was recorded. XState's actor takes 33 µs
 * of CPU for a step of this chart, this takes a tenth. States, transitions, guards, actions and delays are the
 * chart's own; what is done here anew is their order, and a test holds it against XState's.
 *
 * Only what this chart uses is understood: no parallel regions, no history, no final states. The invoked socket, what is sent to
 * it, and what is emitted have no part in which state follows.
 */
import type { AnyStateNode } from 'xstate';
import { NEVER } from '../port/index.js';
import { actions } from './actions.js';
import { connectionMachine } from './connectionMachine.js';
import { type ConnectionContext, initialContext } from './context.js';
import { delays } from './delays.js';
import type { ConnectionEvent } from './events.js';
import type { guards } from './guards.js';
import type { ConnectionInput } from './policy.js';
import { type DefinedTransition, definedTransitions, stateNodes, statePath } from './writtenTransitions.js';
import { type Assignment, assignmentOf, cancelledBy, type Raised, raisedBy } from './xstateInternals.js';

/** An event of the chart, or `after` and the name of a delay. */
export type SteppedEvent = ConnectionEvent | { readonly type: `after ${string}` };

/** The name of a guard of the chart. */
export type GuardName = keyof typeof guards;

/** A delay that runs. */
export interface SteppedTimer {
  /** `after` and its name, or the event that the chart reminds itself with. */
  readonly event: string;
  /** When it is due (ms, `environment.now()`). */
  readonly due: number;
}

/** Where a chart is. */
export interface ChartMoment {
  /** The path of the innermost state. */
  readonly path: string;
  readonly context: ConnectionContext;
  readonly timers: readonly SteppedTimer[];
}

/** What decides a step, beside the chart. */
export interface StepJudge {
  guard(name: GuardName, context: ConnectionContext, event: ConnectionEvent): boolean;
  /** The retry decision. */
  decide(context: ConnectionContext): Partial<ConnectionContext>;
}

/** A step that was taken. */
export interface SteppedStep {
  readonly moment: ChartMoment;
  /** The transitions, in order. */
  readonly taken: readonly DefinedTransition[];
  /** The names of the actions, in order. */
  readonly acts: readonly string[];
}

interface Node {
  readonly path: string;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** The names of its delays. */
  readonly delays: readonly string[];
  readonly always: readonly Step[];
  readonly on: ReadonlyMap<string, readonly Step[]>;
}

/** A transition, with the states that it enters. */
interface Step {
  readonly transition: DefinedTransition;
  readonly guard: GuardName | undefined;
  /** It leaves all active states below this one; undefined: it stays. */
  readonly domain: string | undefined;
  /** The outermost first. */
  readonly entered: readonly Node[];
}

/** The active states of each innermost state, from it to the chart itself. Made at the first use. */
let compiled: ReadonlyMap<string, readonly Node[]> | undefined;

/** The innermost states of the chart, and what is active with each. */
function chart(): ReadonlyMap<string, readonly Node[]> {
  compiled ??= compile();
  return compiled;
}

/** Whether the chart can rest in the state. */
export function isChartState(path: string): boolean {
  return chart().has(path);
}

/** A chart that has not been asked for anything. */
export function firstMoment(input: ConnectionInput): ChartMoment {
  return { path: 'idle', context: initialContext({ input }), timers: [] };
}

/** The events that a state takes, in the order of the chart. */
export function eventsOf(path: string): ReadonlySet<string> {
  let events = taken.get(path);
  if (events === undefined) {
    events = new Set((chart().get(path) ?? []).flatMap(({ on }) => [...on.keys()]));
    taken.set(path, events);
  }
  return events;
}

const taken = new Map<string, ReadonlySet<string>>();

/** The step that an event brings; `undefined` where the chart takes no transition. */
export function stepChart(
  moment: ChartMoment,
  event: SteppedEvent,
  judge: StepJudge,
): SteppedStep | undefined {
  const stepping = new Stepping(moment, judge);
  let next: SteppedEvent | undefined = event;
  stepping.take(stepping.select(event), event);
  if (stepping.taken.length === 0) return undefined;
  while (next !== undefined) {
    // Transitions without an event come before what was raised.
    const always = stepping.selectAlways(next);
    if (always !== undefined) {
      stepping.take(always, next);
      continue;
    }
    next = stepping.raised.shift();
    if (next !== undefined) stepping.take(stepping.select(next), next);
  }
  const { path, context, timers, taken, acts } = stepping;
  return { moment: { path, context, timers }, taken, acts };
}

class Stepping {
  path: string;
  context: ConnectionContext;
  /** Whether the context is this step's own. */
  #isOwn = false;
  timers: readonly SteppedTimer[];
  readonly taken: DefinedTransition[] = [];
  readonly acts: string[] = [];
  readonly raised: ConnectionEvent[] = [];
  readonly #judge: StepJudge;

  constructor({ path, context, timers }: ChartMoment, judge: StepJudge) {
    this.path = path;
    this.context = context;
    this.timers = timers;
    this.#judge = judge;
  }

  select(event: SteppedEvent): Step | undefined {
    for (const { on } of this.#active()) {
      const found = this.#first(on.get(event.type), event);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  selectAlways(event: SteppedEvent): Step | undefined {
    for (const { always } of this.#active()) {
      const found = always.length === 0 ? undefined : this.#first(always, event);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  take(step: Step | undefined, event: SteppedEvent): void {
    if (step === undefined) return;
    this.taken.push(step.transition);
    const { domain, entered, transition } = step;
    if (domain !== undefined) {
      for (const node of this.#active()) {
        if (node.path === domain) break;
        this.#act(node.exit, event);
        for (const delay of node.delays) this.#cancel(`after ${delay}`);
      }
    }
    this.#act(transition.actions, event);
    for (const node of entered) {
      this.#act(node.entry, event);
      // As in XState, after what the entry remembers.
      for (const delay of node.delays) this.#arm(`after ${delay}`, delay, event);
    }
    this.path = entered.at(-1)?.path ?? this.path;
  }

  #active(): readonly Node[] {
    return chart().get(this.path) ?? [];
  }

  #first(steps: readonly Step[] | undefined, event: SteppedEvent): Step | undefined {
    return steps?.find(
      ({ guard }) => guard === undefined || this.#judge.guard(guard, this.context, event as ConnectionEvent),
    );
  }

  #act(names: readonly string[], given: SteppedEvent): void {
    const event = given as ConnectionEvent;
    for (const name of names) {
      this.acts.push(name);
      if (name === 'decideRetry') {
        this.#assign(this.#judge.decide(this.context));
        continue;
      }
      const { assignment, raised, cancelled } = effectOf(name);
      if (assignment !== undefined) this.#assign(assignment(this.context, event));
      if (raised !== undefined) this.#raise(raised, event);
      if (cancelled !== undefined) this.#cancel(cancelled);
    }
  }

  #assign(members: Partial<ConnectionContext>): void {
    if (!this.#isOwn) this.context = { ...this.context };
    this.#isOwn = true;
    Object.assign(this.context, members);
  }

  #raise({ event, delay }: Raised, cause: ConnectionEvent): void {
    const raised = event(this.context, cause);
    if (delay === undefined) this.raised.push(raised);
    else this.#arm(raised.type, delay, cause);
  }

  #arm(event: string, delay: string, cause: SteppedEvent): void {
    const { context } = this;
    const ms = delays[delay as keyof typeof delays]({ context, event: cause as ConnectionEvent });
    if (ms < NEVER) this.timers = [...this.timers, { event, due: context.environment.now() + ms }];
  }

  #cancel(event: string): void {
    if (this.timers.some((timer) => timer.event === event))
      this.timers = this.timers.filter((timer) => timer.event !== event);
  }
}

/** What an action does to the chart itself. */
interface Effect {
  readonly assignment: Assignment | undefined;
  readonly raised: Raised | undefined;
  /** The id of a delayed event, which here is the event's type. */
  readonly cancelled: string | undefined;
}

const effects = new Map<string, Effect>();

function effectOf(name: string): Effect {
  let effect = effects.get(name);
  if (effect === undefined) {
    const action: unknown = actions[name as keyof typeof actions];
    effect = { assignment: assignmentOf(action), raised: raisedBy(action), cancelled: cancelledBy(action) };
    effects.set(name, effect);
  }
  return effect;
}

function compile(): ReadonlyMap<string, readonly Node[]> {
  const nodes = new Map<string, Node & { readonly on: Map<string, Step[]>; readonly always: Step[] }>();
  const all = stateNodes(connectionMachine);
  for (const node of all) {
    nodes.set(statePath(node), {
      path: statePath(node),
      entry: namesOf(node.config.entry),
      exit: namesOf(node.config.exit),
      delays: [...new Set(node.after.map(({ delay }) => String(delay)))],
      always: [],
      on: new Map(),
    });
  }
  const byPath = new Map(all.map((node) => [statePath(node), node]));
  const find = (path: string): Node => nodes.get(path) as Node;
  for (const transition of definedTransitions()) {
    const { source, event, delay, target, guard, reenter } = transition;
    const domain = target === undefined ? undefined : domainOf(source, target, reenter);
    const entered =
      target === undefined
        ? []
        : [...between(domain ?? '', target), ...initialBelow(byPath.get(target) as AnyStateNode)].map(find);
    const step: Step = { transition, guard: guard as GuardName | undefined, domain, entered };
    const node = nodes.get(source);
    if (event === 'always') node?.always.push(step);
    else {
      const name = delay === undefined ? event : `after ${delay}`;
      node?.on.set(name, [...(node.on.get(name) ?? []), step]);
    }
  }
  const leaves = all.filter(({ type }) => type === 'atomic');
  return new Map(leaves.map((leaf) => [statePath(leaf), ancestry(statePath(leaf)).map(find)]));
}

/** The path of a state and of all around it, to the chart itself. */
function ancestry(path: string): string[] {
  if (path === '') return [''];
  return [path, ...ancestry(path.slice(0, Math.max(0, path.lastIndexOf('.'))))];
}

const isBelow = (path: string, above: string): boolean => above === '' || path.startsWith(`${above}.`);

/** What a transition leaves and enters is below this state (SCXML, `getTransitionDomain`). */
function domainOf(source: string, target: string, reenter: boolean): string {
  if (!reenter && (target === source || isBelow(target, source))) return source;
  return ancestry(target).find((each) => each !== target && (each === '' || isBelow(source, each))) ?? '';
}

/** The states from below `above` to `target`, the outermost first. */
function between(above: string, target: string): string[] {
  return ancestry(target)
    .filter((each) => each !== above && isBelow(each, above))
    .reverse();
}

function initialBelow(node: AnyStateNode): string[] {
  const first = node.initial?.target?.[0];
  return first === undefined ? [] : [statePath(first), ...initialBelow(first)];
}

function namesOf(given: unknown): string[] {
  const list: unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return list.map(String);
}
