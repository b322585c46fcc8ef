/**
 * Listeners of `AbortSignal`s. A signal often lives as long as the program, and many clients share it. So each signal gets
 * one listener for everything that waits on it (Node warns of a leak from the eleventh on), and no signal keeps a client
 * alive.
 */
import { optionError } from './optionError.js';
import { isSignal } from './values.js';

const watched = new WeakMap<AbortSignal, Watch>();

interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Checks a signal that a call was given.
 *
 * @throws ConfigurationError for a value that is no signal
 */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !isSignal(signal)) throw optionError('signal', signal, 'an AbortSignal', true);
}

/** Calls `callback` when `signal` is aborted; returns a function that removes it. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watched.get(signal) ?? watch(signal);
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    signal.removeEventListener('abort', listener);
    watched.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = () => {
    for (const callback of [...callbacks]) callback();
    callbacks.clear();
  };
  const made = { callbacks, listener };
  watched.set(signal, made);
  signal.addEventListener('abort', listener, { once: true });
  return made;
}

/** Made when it is first needed: some runtimes do not have the class, and keep the listener. */
let collected: FinalizationRegistry<() => void> | undefined;

/** As `onAbort`, without keeping `target` alive. */
export function onAbortOf<Target extends object>(
  signal: AbortSignal,
  target: Target,
  act: (target: Target) => void,
): void {
  const reference = new WeakRef(target);
  const stop = onAbort(signal, () => {
    const found = reference.deref();
    if (found !== undefined) act(found);
  });
  if (typeof FinalizationRegistry === 'undefined') return;
  collected ??= new FinalizationRegistry((end) => end());
  collected.register(target, stop);
}
