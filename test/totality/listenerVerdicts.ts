/**
 * What a call does from inside a listener: a verdict for every situation × event that is heard in it × call.
 *
 * Written by hand from the contract and docs/events.md: "Getters are live, any method may be called, it acts at once, and
 * what it announces joins one queue behind what is being delivered." So nearly every rule says that a call does what it
 * does outside of listeners, which is in the hand-written table; the others name the exceptions. A cell that no rule
 * covers, or that two rules cover, fails the test.
 */
import type { WebSocketEvents } from '../../src/index.js';
import { type Column, type Promised, type Row, TABLE } from '../machine/table.js';
import { documentedEvents } from './alphabet.js';

/** The calls that are made, by the methods of the class; `abort` is that of the option `signal`. */
export const CALLS_OF = {
  connect: ['connect()', 'connect(aborted)'],
  reconnect: ['reconnect()'],
  close: ['close()'],
  terminate: ['terminate()'],
  send: ['send()'],
  sendJSON: ['sendJSON()'],
  wake: ['wake()'],
  '[recker.runtimeFact]': ['online'],
  ping: ['ping()'],
  pause: ['pause()'],
  resume: ['resume()', 'pause(), resume()'],
  pipeFrom: ['pipeFrom()'],
  pipeTo: ['pipeTo()'],
  '[Symbol.asyncIterator]': ['iterate()'],
  '[Symbol.asyncDispose]': ['dispose()'],
  stats: ['stats()'],
  toJSON: ['toJSON()'],
  '[nodejs.util.inspect.custom]': ['inspect()'],
  on: ['on()'],
  addListener: ['addListener()'],
  prependListener: ['prependListener()'],
  'the option signal': ['abort'],
} as const;

export type Call = (typeof CALLS_OF)[keyof typeof CALLS_OF][number];
export const CALLS: readonly Call[] = Object.values(CALLS_OF).flat();

export type Heard = keyof WebSocketEvents;

/**
 * Where a listener of each event can run: `x` where the event is heard in that situation; `c` where it is only because of
 * a call that was made before, in the same listener or in an earlier one; `.` where it cannot be.
 */
const HEARD_IN = `
                                                      | open | message | close | error | reconnecting | reconnect-error | max-reconnect-attempts | heartbeat-timeout | pong | state | undelivered
idle                                                  | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | .     | x
connecting                                            | c    | c       | x     | x     | c            | c               | c                      | c                 | c    | x     | x
preparing                                             | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | x     | x
preparing, after a loss                               | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | x     | x
open                                                  | x    | x       | .     | x     | .            | .               | .                      | .                 | x    | x     | x
open, awaiting a Pong                                 | c    | x       | .     | x     | .            | .               | .                      | .                 | c    | c     | x
open, asked for its peer                              | .    | x       | .     | x     | .            | .               | .                      | .                 | .    | .     | x
closing, by us                                        | c    | x       | .     | x     | .            | .               | .                      | .                 | c    | x     | x
closing, by us, then connect()                        | c    | c       | .     | x     | .            | .               | .                      | .                 | c    | c     | x
closing, by the peer                                  | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | x     | x
closing, by the peer, then reconnect()                | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | c     | x
closing, by the peer, then close()                    | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | c     | x
closing, by the peer, while preparing                 | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | x     | x
closing, by us, while preparing after a failed dial   | .    | .       | .     | x     | .            | .               | .                      | .                 | .    | .     | x
backoff                                               | .    | .       | x     | x     | x            | x               | .                      | x                 | .    | x     | x
reconnecting                                          | c    | c       | x     | x     | c            | c               | .                      | c                 | c    | x     | x
reconnecting, at a report of the runtime              | .    | .       | .     | x     | .            | .               | .                      | c                 | .    | x     | x
exhausted                                             | .    | .       | x     | x     | .            | x               | x                      | .                 | .    | x     | x
closed                                                | c    | c       | x     | x     | c            | x               | c                      | c                 | c    | x     | x
closed, by an abort                                   | c    | c       | x     | x     | c            | c               | c                      | c                 | c    | x     | x
`;

export type Place = 'heard' | 'after a call' | 'never';
const MARKS: Readonly<Record<string, Place>> = { x: 'heard', c: 'after a call', '.': 'never' };

/** The matrix by situation and event. */
export function placesIn(matrix = HEARD_IN): ReadonlyMap<string, ReadonlyMap<string, Place>> {
  const [header = [], ...lines] = matrix
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    lines.map(([row = '', ...marks]) => [
      row,
      new Map(marks.map((mark, index) => [header[index + 1] ?? '', MARKS[mark] as Place])),
    ]),
  );
}

/** What a call does. */
export interface Verdict {
  /** As this column of the table says, from the situation at hand: state, events, socket, promise. */
  readonly as?: Column;
  /** A microtask later: when what is being delivered, and all that waits behind it, is over. */
  readonly later?: true;
  /** What becomes of the message: handed over at once, put behind what is queued, queued until there is a connection. */
  readonly message?: 'sent' | 'behind' | 'held';
  /** What the socket sees within the call, beside what the table says. */
  readonly socket?: readonly string[];
  /** A second such call finds nothing to do. */
  readonly once?: true;
  /** What becomes of the promise, where it is not as the table says. */
  readonly promise?: Promised;
}

/** A verdict for the cells of its calls × situations × events. */
export interface Rule {
  readonly calls: readonly Call[];
  readonly at: readonly Row[];
  readonly in: readonly string[];
  readonly does: (call: Call) => Verdict;
}

export const ROWS = Object.keys(TABLE) as Row[];
const EVERY = ROWS;
const OPEN: readonly Row[] = ['open', 'open, awaiting a Pong', 'open, asked for its peer'];
const ABORTED: readonly Row[] = ['closed, by an abort'];
const except = <Item>(all: readonly Item[], some: readonly Item[]) =>
  all.filter((each) => !some.includes(each));
const HEARD: readonly string[] = documentedEvents();
const NOTHING = (): Verdict => ({});

export const RULES: readonly Rule[] = [
  // What moves the client does so at once, as outside of listeners, whatever is being delivered.
  {
    calls: ['connect()', 'reconnect()', 'close()', 'terminate()', 'abort', 'online'],
    at: EVERY,
    in: HEARD,
    does: (call) => ({ as: call as Column }),
  },
  { calls: ['dispose()'], at: EVERY, in: HEARD, does: () => ({ as: 'close()' }) },
  // "A `signal` ends its own wait alone": one that is aborted already ends it before it begins.
  { calls: ['connect(aborted)'], at: EVERY, in: HEARD, does: () => ({ promise: 'rejects AbortError' }) },

  { calls: ['wake()'], at: except(EVERY, ['backoff']), in: HEARD, does: () => ({ as: 'awake' }) },
  // The last dial began less than reconnectDelay ago; where a heartbeat had time to fail, it began long ago.
  {
    calls: ['wake()'],
    at: ['backoff'],
    in: except(HEARD, ['heartbeat-timeout']),
    does: () => ({ as: 'awake' }),
  },
  { calls: ['wake()'], at: ['backoff'], in: ['heartbeat-timeout'], does: () => ({ as: 'online' }) },

  // Messages. "On opening: `state`, `open`, the queue's flush": what `open` sends goes ahead of the queue, and what
  // `state` sends does not.
  {
    calls: ['send()', 'sendJSON()'],
    at: except(EVERY, [...OPEN, 'idle']),
    in: HEARD,
    does: () => ({ as: 'send()' }),
  },
  {
    calls: ['send()', 'sendJSON()'],
    at: ['idle'],
    in: HEARD,
    does: () => ({ message: 'held', as: 'connect()', later: true, promise: 'pending' }),
  },
  {
    calls: ['send()', 'sendJSON()'],
    at: OPEN,
    in: ['state'],
    does: () => ({ message: 'behind', promise: 'resolves' }),
  },
  {
    calls: ['send()', 'sendJSON()'],
    at: OPEN,
    in: except(HEARD, ['state']),
    does: () => ({ message: 'sent', promise: 'resolves' }),
  },

  // Pings and reading: only where the connection is open. A pause in other states is for the connections to come.
  { calls: ['ping()'], at: OPEN, in: HEARD, does: () => ({ socket: ['ping'] }) },
  { calls: ['pause()'], at: OPEN, in: HEARD, does: () => ({ socket: ['pause'], once: true }) },
  { calls: ['pause(), resume()'], at: OPEN, in: HEARD, does: () => ({ socket: ['pause', 'resume'] }) },
  {
    calls: ['ping()', 'pause()', 'pause(), resume()'],
    at: except(EVERY, OPEN),
    in: HEARD,
    does: NOTHING,
  },
  { calls: ['resume()'], at: EVERY, in: HEARD, does: NOTHING },

  // Readers and pipes connect by themselves, and wait. An iterator begins with the next message, and not with the one
  // that is being delivered. pipeTo() looks at its stream first, since a web stream says a microtask later that it is
  // closed: then nothing is dialled. "After an abort it throws."
  {
    calls: ['iterate()', 'pipeFrom()'],
    at: except(EVERY, ABORTED),
    in: HEARD,
    does: () => ({ as: 'connect()', promise: 'pending' }),
  },
  {
    calls: ['pipeTo()'],
    at: except(EVERY, [...ABORTED, ...OPEN]),
    in: HEARD,
    does: () => ({ as: 'connect()', later: true, promise: 'pending' }),
  },
  { calls: ['pipeTo()'], at: OPEN, in: HEARD, does: () => ({ promise: 'pending' }) },
  {
    calls: ['iterate()', 'pipeFrom()', 'pipeTo()'],
    at: ABORTED,
    in: HEARD,
    does: () => ({ promise: 'rejects AbortError' }),
  },

  // What only looks. A listener that is added meanwhile does not hear what is being delivered, as in Node.
  {
    calls: ['stats()', 'toJSON()', 'inspect()', 'on()', 'addListener()', 'prependListener()'],
    at: EVERY,
    in: HEARD,
    does: NOTHING,
  },
];

/** The rules for one cell; there must be one. */
export const rulesFor = (row: string, event: string, call: string, rules = RULES): readonly Rule[] =>
  rules.filter(
    (rule) =>
      (rule.calls as readonly string[]).includes(call) &&
      (rule.at as readonly string[]).includes(row) &&
      rule.in.includes(event),
  );

export function verdictOf(row: Row, event: string, call: Call): Verdict {
  const [rule] = rulesFor(row, event, call);
  if (rule === undefined) throw new Error(`No verdict: '${row}' × in a listener of '${event}' × ${call}`);
  return rule.does(call);
}

/** All that there is, as it is found. */
export interface Alphabet {
  readonly events: readonly string[];
  readonly methods: readonly string[];
  readonly rows: readonly string[];
}

/** The cells without exactly one verdict, in words that say what to write where. */
export function missingListenerVerdicts(
  { events, methods, rows }: Alphabet,
  rules = RULES,
  places = placesIn(),
): readonly string[] {
  const missing: string[] = [];
  for (const event of events)
    if (places.get('idle')?.get(event) === undefined)
      missing.push(`No verdict: event '${event}': say in HEARD_IN where it can be heard`);
  for (const row of rows)
    if (!places.has(row))
      missing.push(`No verdict: situation '${row}': say in HEARD_IN what can be heard in it`);
  for (const method of methods) {
    const calls: readonly string[] = (CALLS_OF as Record<string, readonly string[]>)[method] ?? [];
    if (calls.length === 0)
      missing.push(`No verdict: method ${method}: name its calls in CALLS_OF, and write their rules`);
    for (const call of calls)
      for (const [row, heard] of places)
        for (const [event, place] of heard) {
          const count = place === 'never' ? 1 : rulesFor(row, event, call, rules).length;
          const cell = `'${row}' × in a listener of '${event}' × ${call}`;
          if (count === 0) missing.push(`No verdict: ${cell}: write a rule`);
          if (count > 1) missing.push(`${count} verdicts: ${cell}`);
        }
  }
  return missing;
}
