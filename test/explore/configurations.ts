/**
 * What is explored: the options of the clients, and the bounds within which every state is visited.
 *
 * All times are whole multiples of {@link UNIT}, and time advances by one unit: for deadlines that include their moment, whole
 * numbers reach every state that real time reaches (Henzinger, Manna, Pnueli: What good are digital clocks?, ICALP 1992).
 */

/** One unit of time, in ms: a second, so that a `Retry-After` is a whole number of them. */
export const UNIT = 1000;

/** Options of a client, and bounds of what happens to it. */
export interface Configuration {
  readonly name: string;
  readonly reconnect: boolean;
  readonly heartbeat: boolean;
  readonly prepare: boolean;
  readonly maxReconnectAttempts: number;
  /** In units. */
  readonly minUptime: number;
  /** How many messages the client holds at most. It sends any number of them. */
  readonly messages: number;
  /** Whether the machine sleeps now and then. */
  readonly sleeps: boolean;
  /** Whether the option `signal` may be aborted. */
  readonly aborts: boolean;
  /** Whether each call is also made inside the first listener of each event. */
  readonly callsInside: boolean;
}

/** In units. */
export const TIMES = {
  connectTimeout: 2,
  prepareTimeout: 2,
  closeTimeout: 2,
  reconnectDelay: 1,
  maxReconnectDelay: 2,
  heartbeatInterval: 2,
  heartbeatTimeout: 1,
  /** What a server asks for: longer than the cap. */
  retryAfter: 3,
  /** How long a sleep of the machine is: longer than each time-out. */
  sleep: 4,
} as const;

const onOff = [false, true] as const;

/** How often a client without `reconnect` may dial again has no meaning. */
const counts = (reconnect: boolean) =>
  reconnect
    ? ([
        [1, 0],
        [2, 1],
      ] as const)
    : ([[1, 0]] as const);

type Switches = Pick<
  Configuration,
  'reconnect' | 'heartbeat' | 'prepare' | 'maxReconnectAttempts' | 'minUptime'
>;

const SWITCHES: readonly Switches[] = onOff.flatMap((prepare) =>
  onOff.flatMap((heartbeat) =>
    onOff.flatMap((reconnect) =>
      counts(reconnect).map(([maxReconnectAttempts, minUptime]) => ({
        reconnect,
        heartbeat,
        prepare,
        maxReconnectAttempts,
        minUptime,
      })),
    ),
  ),
);

function nameOf({ reconnect, heartbeat, prepare, maxReconnectAttempts }: Switches): string {
  const words = [
    reconnect ? `reconnect ${maxReconnectAttempts}` : 'no reconnect',
    ...(heartbeat ? ['heartbeat'] : []),
    ...(prepare ? ['prepare'] : []),
  ];
  return words.join(', ');
}

/** Every combination of the switches; calls come from outside, between two facts. */
const FROM_OUTSIDE: readonly Configuration[] = SWITCHES.map((switches) => ({
  ...switches,
  name: nameOf(switches),
  messages: switches.heartbeat ? (switches.reconnect ? 0 : 1) : switches.prepare ? 1 : 2,
  sleeps: switches.heartbeat && !switches.prepare,
  aborts: true,
  callsInside: false,
}));

/** Calls also come from inside of listeners. The largest combinations are left out, for their time. */
const FROM_INSIDE: readonly Configuration[] = SWITCHES.filter(
  ({ heartbeat, prepare, maxReconnectAttempts }) =>
    !(heartbeat && prepare) && ((!heartbeat && !prepare) || maxReconnectAttempts === 1),
).map((switches) => ({
  ...switches,
  name: `${nameOf(switches)}, calls inside`,
  messages: switches.heartbeat || switches.prepare ? 0 : 1,
  sleeps: false,
  aborts: !switches.heartbeat && !switches.prepare,
  callsInside: true,
}));

export const CONFIGURATIONS: readonly Configuration[] = [...FROM_OUTSIDE, ...FROM_INSIDE];

export function configurationNamed(name: string): Configuration {
  const found = CONFIGURATIONS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No configuration is named ${name}`);
  return found;
}
