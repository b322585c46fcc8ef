/**
 * The chart without an actor takes the steps that XState's actor takes: over random lives, state, context and delays are
 * the same after each event.
 */
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type ChartMoment,
  type ConnectionContext,
  type ConnectionEvent,
  connectionMachine,
  DEFAULT_POLICY,
  decide,
  eventsOf,
  firstMoment,
  guards,
  isChartState,
  NEVER,
  type StepJudge,
  stateNodes,
  stepChart,
  writtenTransitions,
} from '../../src/machine/index.js';
import { statePath } from '../../src/machine/writtenTransitions.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Random } from '../support/random.js';
import { RARE_EVENTS, randomEvents } from './randomEvents.js';

const judge: StepJudge = {
  guard: (name, context, event) => guards[name]({ context, event }),
  decide,
};

/** The innermost of the active states. */
function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, below]] = Object.entries(value as object) as [[string, unknown]];
  return `${key}.${pathOf(below)}`;
}

/** What can be compared: the environment is a set of functions. */
const shown = ({ environment: _, ...context }: ConnectionContext) => context;

describe('the chart without an actor', () => {
  it('knows the states and events of the chart', () => {
    for (const node of stateNodes(connectionMachine).filter(({ type }) => type === 'atomic'))
      expect(isChartState(statePath(node))).toBe(true);
    expect(isChartState('session')).toBe(false);
    expect(eventsOf('backoff').has('after retryDelay')).toBe(true);
    expect(eventsOf('session.open.alive').has('socket.peerClosed')).toBe(true);
  });

  it('takes the same steps as XState', () => {
    const covered = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) live(seed, covered);
    const all = writtenTransitions().map(({ id }) => id);
    expect(covered.size).toBeGreaterThan(all.length * 0.8);
  });
});

/** Lives through a few hundred random events, side by side. */
function live(seed: number, covered: Set<string>): void {
  const draw = new Random(seed);
  const random = draw.next;
  const below = (most: number): number => draw.int(most);
  const pick = <Of>(list: readonly Of[]): Of => draw.pick(list);
  const clock = new VirtualClock(1000);
  let offline = false;
  let slept = 0;
  let answer: boolean | number = true;
  const environment = {
    dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
    farewell() {},
    shouldReconnect: () => answer,
    isOffline: () => offline,
    random: () => 0.5,
    now: clock.now,
    wallTime: () => clock.now() + slept,
  };
  const policy = {
    ...DEFAULT_POLICY,
    reconnect: random() < 0.9,
    maxReconnectAttempts: pick([0, 2, 5]),
    minUptime: pick([0, 3000]),
    heartbeatInterval: pick([0, 1000, 4000]),
    heartbeatTimeout: pick([500, 3000]),
    connectTimeout: pick([0, 2000]),
    prepares: random() < 0.5,
  };
  const actor = createActor(connectionMachine, {
    // As the api's clock: what never comes has no timer.
    clock: {
      setTimeout: (fn: () => void, ms: number) => (ms >= NEVER ? undefined : clock.setTimeout(fn, ms)),
      clearTimeout: clock.clearTimeout,
    } as never,
    input: { policy, environment },
  }).start();
  let moment: ChartMoment = firstMoment({ policy, environment });
  const make = randomEvents(draw);
  for (let n = 0; n < 300; n += 1) {
    offline = random() < 0.2;
    answer = pick([true, true, true, 700, false]);
    if (random() < 0.05) slept += 20_000;
    const due = clock.pending[0];
    const isWaiting = moment.timers.some(({ event }) => event === 'closing.overdue');
    const names = [...eventsOf(moment.path)].filter(
      (name) =>
        name in make &&
        (!RARE_EVENTS.has(name) || random() < 0.1) &&
        // The socket answers when it is asked.
        !(isWaiting && name === 'socket.answered'),
    );
    if (due !== undefined && (names.length === 0 || random() < 0.5)) {
      // A clock may be late.
      const [timer] = [...moment.timers].sort((one, other) => one.due - other.due);
      expect(timer?.due).toBeCloseTo(due.at, 6);
      clock.next();
      take({ type: timer?.event as 'after x' });
    } else {
      // Short of the next timer, which has a branch of its own.
      const room = due === undefined ? 1000 : due.at - clock.now() - 1;
      if (room > 0) clock.advance(Math.min(below(900), room));
      const event = make[names.length === 0 ? 'connect' : pick(names)]?.() as ConnectionEvent;
      actor.send(event);
      take(event as Parameters<typeof take>[0]);
    }
    const { value, context } = actor.getSnapshot();
    expect(moment.path).toBe(pathOf(value));
    expect(shown(moment.context)).toEqual(shown(context));
    expect(moment.timers.map(({ due }) => Math.round(due)).sort()).toEqual(
      clock.pending.map(({ at }) => Math.round(at)).sort(),
    );
    if (moment.path === 'closed.aborted') break;
  }
  actor.stop();

  function take(event: Parameters<typeof stepChart>[1]): void {
    const before = { ...moment, timers: moment.timers.filter((timer) => timer.event !== event.type) };
    const step = stepChart(before, event, judge);
    moment = step?.moment ?? before;
    for (const { id } of step?.taken ?? []) covered.add(id);
  }
}
