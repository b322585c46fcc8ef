/**
 * What the surroundings of the process report: a page, a worker, or the user by `wake()`.
 */

/** A fact of the runtime, as the chart gets it. */
export type RuntimeFact =
  /** The network is there again. */
  | { readonly type: 'runtime.online' }
  /** The page was frozen, or the machine was asleep: what is open may be dead. */
  | { readonly type: 'runtime.awake' };

/** What the platform reports its facts to. */
export interface RuntimeListener {
  onRuntime(fact: RuntimeFact): void;
}

/**
 * The method by which one client is given a fact of the runtime. A page reports its facts to all clients; a test kit, which
 * has no page, to one.
 */
export const RUNTIME_FACT: unique symbol = Symbol.for('recker.runtimeFact');
