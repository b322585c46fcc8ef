/**
 * Recordings of any length that the chart allows: XState's actor of the chart, run at random in virtual time, and recorded.
 */
import { createActor } from 'xstate';
import { recorder } from '../../src/inspect/index.js';
import {
  connectionMachine,
  DEFAULT_POLICY,
  defaultShouldReconnect,
  eventsOf,
  NEVER,
} from '../../src/machine/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { RARE_EVENTS, randomEvents } from '../machine/randomEvents.js';
import { Random } from '../support/random.js';

/** Steps of one client, about. */
const OF_ONE = 250;

/** The innermost of the active states. */
function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, below]] = Object.entries(value as object) as [[string, unknown]];
  return `${key}.${pathOf(below)}`;
}

/** The lines of one client's life, without the header. */
function lifeOf(seed: number): string[] {
  const random = new Random(seed);
  const clock = new VirtualClock();
  const recording = recorder({ maxBytes: 16 * 1024 * 1024 });
  const isUsers = random.chance(0.3);
  let isOffline = false;
  let answer: boolean | number = true;
  const actor = createActor(connectionMachine, {
    clock: {
      setTimeout: (fn: () => void, ms: number) => (ms >= NEVER ? undefined : clock.setTimeout(fn, ms)),
      clearTimeout: clock.clearTimeout,
    } as never,
    inspect: recording.inspect,
    input: {
      policy: {
        ...DEFAULT_POLICY,
        reconnect: random.chance(0.95),
        reconnectJitter: random.pick(['none', 'equal', 'full'] as const),
        maxReconnectAttempts: random.pick([0, 3, 5]),
        minUptime: random.pick([0, 3000]),
        heartbeatInterval: random.pick([0, 1000, 4000]),
        heartbeatTimeout: random.pick([500, 3000]),
        connectTimeout: random.pick([0, 2000]),
        prepares: random.chance(0.4),
      },
      environment: {
        dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
        farewell() {},
        shouldReconnect: (failure) => (isUsers ? answer : defaultShouldReconnect(failure)),
        isOffline: () => isOffline,
        random: random.next,
        now: clock.now,
        wallTime: clock.now,
      },
    },
  });
  const traits = { clock, shouldReconnect: isUsers, heartbeatMessage: false };
  recording.inspect.watch(actor.sessionId, () => undefined, traits);
  actor.start();
  const make = randomEvents(random);
  for (let each = 0; each < OF_ONE; each += 1) {
    isOffline = random.chance(0.1);
    answer = random.pick([true, true, true, 700, 1500, false]);
    const path = pathOf(actor.getSnapshot().value);
    if (path === 'closed.aborted') break;
    const due = clock.pending[0];
    const names = [...eventsOf(path)].filter(
      (name) => name in make && (!RARE_EVENTS.has(name) || random.chance(0.1)),
    );
    if (due !== undefined && (names.length === 0 || random.chance(0.5))) {
      clock.next();
      continue;
    }
    const room = due === undefined ? 1000 : due.at - clock.now() - 1;
    if (room > 0) clock.advance(Math.min(random.int(900), Math.floor(room)));
    const event = make[names.length === 0 ? 'connect' : random.pick(names)]?.();
    if (event !== undefined) actor.send(event);
  }
  actor.stop();
  return recording.toNDJSON().trimEnd().split('\n').slice(1);
}

/**
 * A recording with `steps` steps at least.
 *
 * @param copies how often each life is in it, as another client: making one takes longer than checking it a hundred times
 */
export function legalRecording(steps: number, copies: number): string {
  const [header = ''] = recorder().toNDJSON().split('\n');
  const lines = [header];
  const clients: string[][] = [];
  let count = 0;
  for (let seed = 1; count * copies < steps; seed += 1) {
    const life = lifeOf(seed);
    count += life.length;
    clients.push(life);
  }
  // One life after the other: a line is no earlier than the one before.
  let begin = 0;
  for (let copy = 0; copy < copies; copy += 1) {
    for (const [index, life] of clients.entries()) {
      let latest = begin;
      for (const line of life) {
        const [, t = '', rest = ''] = /^\{"t":(\d+),"c":"1"(.*)$/.exec(line) ?? [];
        latest = begin + Number(t);
        lines.push(`{"t":${latest},"c":"${copy}-${index}"${rest}`);
      }
      begin = latest;
    }
  }
  return `${lines.join('\n')}\n`;
}
