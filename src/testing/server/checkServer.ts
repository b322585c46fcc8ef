/**
 * The examination of a server: which checks are made, when, and the report.
 *
 * Owns: the order of the checks and the time that they have. Must not know: what a check does.
 */
import { setMaxListeners } from 'node:events';
import { AbortError, ConfigurationError, ConnectionError } from '../../port/index.js';
import { Bench, Rate, type Shared } from './bench.js';
import { definitions } from './checks/index.js';
import type { CheckDefinition, CheckPhase } from './definition.js';
import type { Profile } from './facts.js';
import { profileOf } from './profile.js';
import { type Settings, settle } from './settings.js';
import type { CheckResult, CheckServerOptions, ServerCheck, ServerCheckPlan, ServerReport } from './types.js';
import { NotApplicable, notApplicable, type Verdict } from './verdict.js';
import { now } from './wire.js';

/** Taken at import, as in wire.ts. */
const { setTimeout, clearTimeout } = globalThis;

/** How many checks are made at a time, where they do not load the server. */
const AT_ONCE = 4;
/** Connections that no check makes: the server is reached, and known. */
const PROFILE_CONNECTIONS = 4;

const DATA: readonly ServerCheck[] = definitions.map(({ id, level, rfc, sent, expected }) =>
  Object.freeze({ id, level, rfc, sent, expected }),
);

/** The checks that `checkServer()` makes, as data and in the order of its report: e.g. for a suite with a test for each. */
export function serverChecks(): readonly ServerCheck[] {
  return DATA;
}

/**
 * Examines the connection lifecycle of a WebSocket server: opening handshake, frames, Pings, closing handshake, limits, and
 * clients that come and go, by RFC 6455. It takes up to 60 s; most of that is the wait for the server to notice a silent
 * client.
 *
 * @param url `ws:` or `wss:`
 * @returns the report, also where checks failed
 * @throws ConfigurationError for a URL or an option that is wrong, and for a host that is not loopback without
 *   `yesIMayTestThisServer`
 * @throws ConnectionError where the server cannot be reached
 * @throws AbortError where the option `signal` aborts
 * @example
 * ```ts
 * import { checkServer } from 'recker/testing';
 *
 * const report = await checkServer('ws://127.0.0.1:8080/', { halfOpenTimeout: 0 });
 * for (const { id, level, result, got } of report.checks) {
 *   if (result === 'fail') console.log(level, id, got);
 * }
 * ```
 */
export async function checkServer(
  url: string | URL,
  options: CheckServerOptions = {},
): Promise<ServerReport> {
  const settings = settle(url, options);
  const chosen = choose(options.only);
  const plan = planOf(settings, chosen);
  const begun = now();
  options.onPlan?.(plan);

  const end = new AbortController();
  // Each wait listens to it.
  setMaxListeners(0, end.signal);
  const abort = (): void => end.abort();
  options.signal?.addEventListener('abort', abort);
  if (options.signal?.aborted === true) abort();
  const shared: Shared = {
    settings,
    signal: end.signal,
    rate: new Rate(settings.connectionsPerSecond, plan.connections),
  };
  const timer = setTimeout(abort, settings.deadline);
  const refuseAborted = (): void => {
    if (options.signal?.aborted === true)
      throw new AbortError('checkServer() was aborted', { cause: options.signal.reason });
  };
  try {
    refuseAborted();
    await reach(shared);
    const profile = await profileOf(shared);
    refuseAborted();
    const results = new Map<string, CheckResult>();
    const perform = async (definition: CheckDefinition, within: Shared): Promise<void> => {
      refuseAborted();
      const result = await made(definition, within, profile);
      refuseAborted();
      results.set(result.id, result);
      options.onCheck?.(result);
    };
    const of = (phase: CheckPhase) => chosen.filter((each) => each.phase === phase);
    const meanwhile = Promise.all(of('meanwhile').map((each) => perform(each, shared)));
    // Where another check throws first, this failure is nobody's.
    meanwhile.catch(() => {});
    await inTurns(of('first'), AT_ONCE, (each) => perform(each, shared));
    await inTurns(of('alone'), 1, (each) => perform(each, shared));
    await meanwhile;
    clearTimeout(timer);
    // The restart has a time of its own.
    const afterwards = shared.signal.aborted ? { ...shared, signal: freshSignal(options.signal) } : shared;
    await inTurns(of('restart'), 1, (each) => perform(each, afterwards));
    await inTurns(of('last'), 1, (each) => perform(each, afterwards));
    return reportOf(
      plan.url,
      chosen.flatMap(({ id }) => results.get(id) ?? []),
      now() - begun,
    );
  } catch (error) {
    // Whatever failed because of it.
    refuseAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
    end.abort();
  }
}

/** The user's signal alone: the deadline has passed. */
function freshSignal(given: AbortSignal | undefined): AbortSignal {
  const signal = given === undefined ? new AbortController().signal : AbortSignal.any([given]);
  setMaxListeners(0, signal);
  return signal;
}

function choose(only: CheckServerOptions['only']): readonly CheckDefinition[] {
  if (only === undefined) return definitions;
  if (typeof only === 'function')
    return definitions.filter((each) => only(DATA[definitions.indexOf(each)] ?? each));
  if (!Array.isArray(only)) throw new ConfigurationError('only', 'only takes ids of checks, or a function');
  const isMeant = ({ id }: ServerCheck, meant: string): boolean =>
    id === meant || (meant.endsWith('/') && id.startsWith(meant));
  const unknown = only.find((meant) => !definitions.some((each) => isMeant(each, meant)));
  if (unknown !== undefined) {
    const groups = [...new Set(definitions.map(({ id }) => id.replace(/\/.*/, '/')))].join(', ');
    throw new ConfigurationError(
      'only',
      `only: there is no check ${String(unknown)}; the groups are ${groups}`,
    );
  }
  return definitions.filter((each) => only.some((meant) => isMeant(each, meant)));
}

function planOf(settings: Settings, chosen: readonly CheckDefinition[]): ServerCheckPlan {
  const costs = chosen.map(({ cost, phase }) =>
    phase === 'restart' && settings.restart === undefined ? {} : cost(settings),
  );
  const connections = costs.map(
    (cost, index) => (cost.connections ?? 3) + (chosen[index]?.phase === 'alone' ? WITNESSES : 0),
  );
  return {
    url: settings.target.shown,
    checks: chosen.length,
    connections: PROFILE_CONNECTIONS + connections.reduce((sum, each) => sum + each, 0),
    // The heaviest check beside the two that go on meanwhile.
    atOnce:
      2 + Math.max(3 * AT_ONCE, settings.clients, ...connections.filter((each) => each <= settings.clients)),
    perSecond: settings.connectionsPerSecond,
    bytes: costs.reduce((sum, { bytes = 1024 }) => sum + bytes, 512 * 1024),
    deadline: settings.deadline,
  };
}

/** The server can be reached at all. */
async function reach(shared: Shared): Promise<void> {
  const bench = new Bench(shared);
  try {
    await bench.dial();
  } catch (error) {
    if (!(error instanceof NotApplicable)) throw error;
    const { host, port } = shared.settings.target;
    throw new ConnectionError(`${host}:${port}: ${error.message}`, { hop: 'server' });
  } finally {
    bench.end();
  }
}

async function made(definition: CheckDefinition, shared: Shared, profile: Profile): Promise<CheckResult> {
  const { id, level, rfc, sent, expected } = definition;
  const begun = now();
  const { result, got } = await verdictOf(definition, shared, profile);
  return { id, level, rfc, sent, expected, result, got, duration: now() - begun };
}

/** How often another client tries, before a check that loads the server: what the check before did to it may take a while. */
const WITNESSES = 3;
const TOO_LATE = notApplicable('the time of the examination (deadline) was over');

async function verdictOf(definition: CheckDefinition, shared: Shared, profile: Profile): Promise<Verdict> {
  if (shared.signal.aborted) return TOO_LATE;
  if (profile.refusal !== undefined && definition.id !== 'handshake/accepted')
    return notApplicable(profile.refusal);
  const bench = new Bench(shared, profile);
  try {
    const why = definition.phase === 'alone' ? await bench.witness(WITNESSES) : undefined;
    if (why !== undefined) throw new NotApplicable(`before this check another client was not served: ${why}`);
    const verdict = await definition.run(bench);
    // The end of the time ends every wait: what was not seen by then was not waited for.
    return shared.signal.aborted ? TOO_LATE : verdict;
  } catch (error) {
    if (error instanceof NotApplicable)
      return shared.signal.aborted ? TOO_LATE : notApplicable(error.message);
    throw error;
  } finally {
    bench.end();
  }
}

/** Runs so many at a time. */
async function inTurns<T>(all: readonly T[], atOnce: number, run: (each: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function reportOf(url: string, checks: readonly CheckResult[], duration: number): ServerReport {
  const count = (wanted: CheckResult['result']): number =>
    checks.filter(({ result }) => result === wanted).length;
  return {
    url,
    ok: !checks.some(({ level, result }) => level === 'MUST' && result === 'fail'),
    checks,
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('n/a'),
    duration,
  };
}
