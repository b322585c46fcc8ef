/**
 * What may happen to a client in a state: calls, facts of the network, time. Each step is a sentence, so that a path reads as a
 * story; `<step>, in <event>: <call>` also makes a call inside the first listener of an event.
 */
import { ConnectionError, HandshakeError, SessionError } from '../../src/machine/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import { TIMES, UNIT } from './configurations.js';
import type { World } from './world.js';

interface Step {
  readonly name: string;
  can(world: World): boolean;
  act(world: World): void;
}

const FAILED = new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
const CUT = new ConnectionError('read ECONNRESET', { code: 'ECONNRESET' });
const REFUSED = new HandshakeError('The server answered 401', { status: 401 });
const BUSY = new HandshakeError('The server answered 503', {
  status: 503,
  headers: { 'retry-after': String((TIMES.retryAfter * UNIT) / 1000) },
});
const BROKEN = new ConnectionError('Invalid WebSocket frame', { code: 'WS_ERR_INVALID_OPCODE' });
const NOT_NOW = new Error('not now');
const NEVER = new SessionError('never', { final: true });

/** The step that ends a client for good. */
export const ABORT = 'abort';
/** The step that must change nothing. */
export const LATE = 'what is over reports late';

const always = () => true;

/** Calls of the user, from outside or from inside a listener. */
export const CALLS: readonly Step[] = [
  { name: 'connect()', can: always, act: (world) => world.call('connect') },
  { name: 'close()', can: always, act: (world) => world.call('close') },
  { name: 'reconnect()', can: always, act: (world) => world.call('reconnect') },
  { name: 'terminate()', can: always, act: (world) => world.call('terminate') },
  { name: 'wake()', can: always, act: (world) => world.report(() => world.client.wake()) },
  {
    name: 'send()',
    can: ({ messages, configuration }) => messages < configuration.messages,
    act: (world) => world.send(),
  },
  {
    name: ABORT,
    can: ({ isAborted, configuration }) => configuration.aborts && !isAborted,
    act: (world) => world.call('abort'),
  },
];

const isDialling = ({ live }: World) => live?.phase === 'dialling';
const isOpen = ({ live }: World) => live?.phase === 'open';
/** Whether a frame of the peer may come. */
const maySpeak = (world: World) => isOpen(world) && world.live?.isPeerDone === false;

const isQuestioned = ({ live }: World) => (live?.questions ?? 0) > 0;

function connectionOf({ live }: World) {
  if (live === undefined) throw new Error('There is no connection');
  return live;
}

const peerCloses = (code: number): Step => ({
  name: `the peer closes with ${code}`,
  can: maySpeak,
  act: (world) => connectionOf(world).peerClose(code, ''),
});

const answers = (alive: boolean): Step => ({
  name: `the socket answers: ${alive ? 'alive' : 'silent'}`,
  can: (world) => isOpen(world) && isQuestioned(world),
  act: (world) => connectionOf(world).answer(alive),
});

/** Of the connection that is being prepared. */
const isPreparing = ({ preparations, client }: World) =>
  client.state === 'preparing' && preparations.length > 0;

const prepareEnds = (name: string, end: (present: World['preparations'][number]) => void): Step => ({
  name,
  can: isPreparing,
  act: (world) => {
    const present = world.preparations.pop();
    if (present !== undefined) end(present);
  },
});

const fires = (name: string, which: 'first' | 'last', least: number): Step => ({
  name,
  can: ({ clock }) => clock.dueCount >= least,
  act: ({ clock }) => clock.fire(which),
});

/** Facts of the network, of `prepare`, of the runtime, and of time. */
const FACTS: readonly Step[] = [
  { name: 'the dial opens', can: isDialling, act: (world) => connectionOf(world).open() },
  { name: 'the dial fails', can: isDialling, act: (world) => connectionOf(world).fail(FAILED) },
  {
    name: 'the dial is refused with 401',
    can: isDialling,
    act: (world) => connectionOf(world).fail(REFUSED),
  },
  {
    name: `the dial is refused with 503, Retry-After: ${TIMES.retryAfter} units`,
    // Without `reconnect` as any other refusal.
    can: (world) => isDialling(world) && world.configuration.reconnect,
    act: (world) => {
      world.askForDelay(TIMES.retryAfter * UNIT);
      connectionOf(world).fail(BUSY);
    },
  },
  peerCloses(1000),
  peerCloses(1001),
  peerCloses(1008),
  {
    name: 'the peer breaks the protocol',
    can: maySpeak,
    act: (world) => connectionOf(world).peerErr(BROKEN, 1002),
  },
  { name: 'the connection ends', can: isOpen, act: (world) => connectionOf(world).end() },
  { name: 'the connection is cut', can: isOpen, act: (world) => connectionOf(world).end({ error: CUT }) },
  {
    name: 'a message comes',
    can: (world) => maySpeak(world) && world.held === 0,
    act: (world) => connectionOf(world).message('news'),
  },
  {
    name: 'a Pong comes',
    can: (world) => maySpeak(world) && (world.live?.unanswered ?? 0) > 0,
    act: (world) => connectionOf(world).pong(),
  },
  answers(true),
  answers(false),
  prepareEnds('prepare resolves', ({ resolve }) => resolve()),
  prepareEnds('prepare rejects', ({ reject }) => reject(NOT_NOW)),
  prepareEnds('prepare rejects for good', ({ reject }) => reject(NEVER)),
  {
    name: 'the runtime is online',
    can: always,
    act: (world) => world.report(() => world.client[RUNTIME_FACT]({ type: 'runtime.online' })),
  },
  fires('a timer fires', 'first', 1),
  fires('the last timer that is due fires', 'last', 2),
  {
    name: 'a unit passes',
    // The service answers in the next turn of the event loop: a busy process may take a unit for it.
    can: (world) => {
      const isAsked = isQuestioned(world);
      return (
        (world.clock.size > 0 || isAsked) && !world.clock.isDue && !(isAsked && world.live?.questionAge === 1)
      );
    },
    act: (world) => {
      if (world.live !== undefined && isQuestioned(world)) world.live.questionAge += 1;
      world.clock.pass(UNIT);
    },
  },
  {
    name: 'the machine sleeps',
    can: ({ configuration, clock, live }) => configuration.sleeps && (clock.size > 0 || live !== undefined),
    act: (world) => world.clock.sleep(TIMES.sleep * UNIT),
  },
  {
    name: LATE,
    can: ({ over }) => over > 0,
    act: (world) => {
      const { dials, live, preparations, client } = world;
      const late = dials.findLast((dial) => dial !== live)?.late;
      late?.open();
      late?.message('late');
      late?.pong();
      late?.answer(false);
      late?.peerClose(1008, 'late');
      late?.fail(REFUSED);
      late?.end({ error: FAILED });
      const present = client.state === 'preparing' ? preparations.pop() : undefined;
      for (const { reject } of preparations) reject(NEVER);
      world.preparations = present === undefined ? [] : [present];
    },
  },
];

export const STEPS: readonly Step[] = [...CALLS, ...FACTS];
const BY_NAME = new Map(STEPS.map((step) => [step.name, step]));

function stepNamed(name: string): Step {
  const step = BY_NAME.get(name);
  if (step === undefined) throw new Error(`No step is named "${name}"`);
  return step;
}

/** The names of the steps that are possible now, and may change something. */
export const possible = (world: World): string[] =>
  STEPS.filter((step) => step.name !== LATE && step.can(world)).map(({ name }) => name);

/** The names of the calls that are possible now. */
export const mayCall = (world: World): readonly string[] => {
  const names = CALLS.filter((step) => step.can(world)).map(({ name }) => name);
  const known = CALL_LISTS.get(names.join());
  if (known !== undefined) return known;
  CALL_LISTS.set(names.join(), names);
  return names;
};
const CALL_LISTS = new Map<string, readonly string[]>();

/** The same step, with each of the calls inside of each event that it was heard to bring. */
export function withCalls(
  name: string,
  calls: readonly string[],
  events: readonly string[],
): readonly string[] {
  const id = [name, calls.join(), events.join()].join('|');
  let made = SENTENCES.get(id);
  if (made === undefined) {
    made = [...new Set(events)].flatMap((event) => calls.map((call) => `${name}, in ${event}: ${call}`));
    SENTENCES.set(id, made);
  }
  return made;
}
const SENTENCES = new Map<string, readonly string[]>();

/** A step that is asked for where it cannot happen. */
export class ImpossibleStep extends Error {}

/** Takes one step: what it brings is in `world.heard`. @throws what was found to be wrong, with `isChecked` */
export async function take(world: World, sentence: string, isChecked = true): Promise<void> {
  const [name = '', inside] = sentence.split(', in ');
  const [event = '', call] = inside?.split(': ') ?? [];
  const step = stepNamed(name);
  if (!step.can(world)) throw new ImpossibleStep(`"${name}" is impossible in ${world.path}`);
  world.heard = [];
  world.forgetDelay();
  world.nested =
    call === undefined
      ? undefined
      : { event, call: () => stepNamed(call).can(world) && stepNamed(call).act(world) };
  step.act(world);
  await world.settle();
  world.nested = undefined;
  if (isChecked) world.check();
}
