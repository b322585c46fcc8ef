/**
 * `recker test --paths`: the paths of the client's statechart against the server.
 */
import { performance } from 'node:perf_hooks';
import { ReckerWebSocket } from '../index.js';
import {
  type CheckResult,
  type CheckServerOptions,
  type ConnectionPath,
  runPath,
  type ServerPathDriver,
  serverPathDriver,
} from '../testing/index.js';

/** How many paths run at a time: most of their time they wait. */
const AT_ONCE = 8;

/** What runs along. */
export interface PathsProgress {
  readonly signal: AbortSignal;
  /** Is called with what will be done, before it is. */
  onPlan(text: string): void;
  onCheck(result: CheckResult): void;
}

/** Runs the paths; one result for each, those that cannot be run included. */
export async function runPaths(
  url: string,
  { headers = {}, protocols, tls }: CheckServerOptions,
  { signal, onPlan, onCheck }: PathsProgress,
): Promise<readonly CheckResult[]> {
  const driverOf = () =>
    serverPathDriver(url, {
      tls,
      make(dial, options) {
        const client = new ReckerWebSocket(dial, {
          ...options,
          headers: { ...headers },
          protocols: typeof protocols === 'string' || protocols === undefined ? protocols : [...protocols],
        });
        client.on('error', () => {});
        return client;
      },
    });
  const { paths, leftOut } = driverOf();
  onPlan(`Running ${paths.length} paths of the statechart, ${AT_ONCE} at a time.`);
  const results: CheckResult[] = [];
  const report = (result: CheckResult): void => {
    results.push(result);
    onCheck(result);
  };
  const left = [...paths];
  const again: ConnectionPath[] = [];
  const worker = async (): Promise<void> => {
    const driver = driverOf();
    for (let path = left.shift(); path !== undefined && !signal.aborted; path = left.shift()) {
      const result = await resultOf(path, driver);
      if (result.result === 'fail') again.push(path);
      else report(result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Paths have short times. One that failed beside seven others is judged alone.
  for (const path of again) if (!signal.aborted) report(await resultOf(path, driverOf()));
  signal.throwIfAborted();
  for (const { path, why } of leftOut) report({ ...wordsOf(path), result: 'n/a', got: why, duration: 0 });
  return results;
}

async function resultOf(path: ConnectionPath, driver: ServerPathDriver): Promise<CheckResult> {
  const begun = performance.now();
  const failure = await runPath(path, driver).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const duration = performance.now() - begun;
  if (failure === undefined) return { ...wordsOf(path), result: 'pass', got: 'each state', duration };
  return { ...wordsOf(path), result: 'fail', got: failure, duration };
}

function wordsOf({ id, steps }: ConnectionPath) {
  return {
    id: `paths/${id}`,
    level: 'MUST',
    // Of the server a path wants a handshake, Pongs, an answer to a Close and the end of TCP.
    rfc: '6455 §7.1',
    sent: steps.map(({ name }) => name).join(', '),
    expected: steps.map(({ state }) => state).join(', '),
  } as const;
}
