/**
 * With which times paths are run on real sockets, and which of them cannot be.
 *
 * Must not know: how they are run.
 */
import type { ConnectionPolicy } from '../../machine/index.js';
import type { ConnectionPath, ConnectionPathsOptions } from '../paths.js';

/** Short, and far enough apart that a busy machine keeps their order. */
export const PATH_POLICY: NonNullable<ConnectionPathsOptions['policy']> = {
  reconnectDelay: 150,
  heartbeatInterval: 240,
  heartbeatTimeout: 120,
  connectTimeout: 250,
  prepareTimeout: 200,
  closeTimeout: 150,
};

/** What passes in no path's way: a delay that a path does not wait for must not come in between. */
const NEVER = 60_000;
/** The delays of a heartbeat. */
export const HEARTBEAT: readonly string[] = ['nextPing', 'heartbeatTimeout'];

/** Why a path cannot be run against a server; `undefined` where it can. */
export function whyLeftOut(path: ConnectionPath): string | undefined {
  const happens = (type: string): boolean => path.steps.some(({ event }) => event.type === type);
  if (happens('process.slept'))
    return 'the process would have to be stopped by its system, and to go on afterwards';
  if (happens('socket.filled'))
    return "a kernel's buffer that is full, and takes some when it is to, cannot be brought about";
  return undefined;
}

/** The path's policy; delays that the path does not wait for are out of its way. */
export function policyOf({ policy, steps }: ConnectionPath): ConnectionPolicy {
  const waited = new Set(steps.flatMap(({ event }) => (event.type === 'delay.passed' ? [event.delay] : [])));
  const passes = (delay: string, ms: number): number => (waited.has(delay) ? ms : NEVER);
  const beats = HEARTBEAT.some((delay) => waited.has(delay));
  return {
    ...policy,
    connectTimeout: passes('connectTimeout', policy.connectTimeout),
    prepareTimeout: passes('prepareTimeout', policy.prepareTimeout),
    closeTimeout: passes('closeTimeout', policy.closeTimeout),
    heartbeatInterval: beats ? policy.heartbeatInterval : 0,
  };
}
