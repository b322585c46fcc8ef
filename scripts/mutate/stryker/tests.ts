/**
 * Which tests judge Stryker's changes: those that are quick in process, with a transport and a clock of the test kit or
 * with sockets of their own process.
 *
 * Not among them: whatever starts processes, browsers or proxies, measures memory, or runs for seconds (the paths, the
 * simulator, the explorations). The full suite kills more than these tests do.
 */

/** Where the bundled tests are, in Stryker's copy of the tree. */
export const BUNDLE = '.mutants';

/** What the rooms are judged by, in the order in which it is asked: the quickest first. */
const JUDGES: Readonly<Record<string, readonly string[]>> = {
  'src/machine': [
    'machine/decision',
    'machine/pure',
    'machine/sendProgress',
    'machine/progressMarks',
    'machine/progressTakes',
    'machine/redactError',
    'machine/waits',
    'machine/errors',
    'machine/xstateInternals',
    'inspect/redact',
    'api/secrets',
    'api/pings',
    'api/terminate',
    'api/surroundings',
    'api/heartbeat',
    'api/decision',
    'api/reconnection',
    'api/sendProgress',
    'recordings/check',
    'session/next',
    'session/session',
    'machine/chartChecks',
    'machine/table',
  ],
  'src/api': [
    'api/terminate',
    'api/surroundings',
    'api/newConnection',
    'api/moments',
    'api/failures',
    'api/providers',
    'api/createClient',
    'api/thrownValues',
    'api/connect',
    'api/pings',
    'api/secrets',
    'api/heartbeat',
    'api/diagnostics',
    'api/sendQueue',
    'api/decision',
    'api/reconnection',
    'api/throwing',
    'api/unheard',
    'api/whoWaits',
    'api/sendProgress',
    'session/next',
    'session/session',
    'messages/sending',
    'messages/pipes',
    'messages/iteration',
    'messages/backlog',
    'messages/readers',
    'api/peers',
    'api/sentValues',
    'api/messages',
    'api/options',
    'api/values',
  ],
  'src/services': [
    'services/frameWriter',
    'services/pacedWrites',
    'services/failures',
    'services/proxySelection',
    'api/failures',
    'api/heartbeat',
    'api/sendProgress',
    'messages/sending',
    'routes/advice',
    'routes/handshake',
    'routes/tls',
    'routes/replacedAgents',
    'routes/addresses',
    'routes/hostile',
    'routes/deadlines',
    'routes/answers',
    'routes/tlsSettings',
    'routes/ends',
    'routes/heads',
    'api/messages',
    'api/sentValues',
  ],
};

/** Tests of these files that need a process or a loader of their own, or measure time. */
const LEFT_OUT = [
  'knows the errors of another copy of the library',
  'starves neither timers nor the heartbeat beside it',
  'curl itself >',
  // Stacks name the bundle there.
  'secrets.test.ts#the classes of errors >',
  'a whole life, inspected >',
];

export const isLeftOut = (id: string): boolean => LEFT_OUT.some((each) => id.includes(each));

/** The tests for some folders or files. */
export function judgesOf(places: readonly string[]): readonly string[] {
  const rooms = Object.keys(JUDGES).filter((room) =>
    places.some((place) => `${place}/`.startsWith(`${room}/`)),
  );
  return [...new Set(rooms.flatMap((room) => JUDGES[room] ?? []))].map((file) => `test/${file}.test.ts`);
}

/** Those of this run: Stryker's processes read from the environment what was chosen for them. */
export const testFiles = (): readonly string[] => (process.env.MUTATE_TESTS ?? '').split(' ');

/** The error of a test that wants to start a process: such tests are left out. */
export const STARTS_A_PROCESS = 'This test starts a process';
