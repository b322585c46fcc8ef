/**
 * Turns of the event loop without a timer, in every runtime.
 *
 * The runtime's functions are taken at import, so that the fake timers of a test stop no I/O. Each may be missing.
 */

type Task = () => void;

/** What is used of a `MessageChannel`: neither this project's lib nor Node 20's types have its DOM form. */
interface Channel {
  readonly port1: { onmessage: Task | null };
  readonly port2: { postMessage(nothing: undefined): void };
}

interface Runtime {
  readonly setImmediate?: (task: Task) => unknown;
  readonly MessageChannel?: new () => Channel;
  readonly setTimeout: (task: Task) => unknown;
}

const runtime = globalThis as unknown as Runtime;

// The timer does not wait: it is a turn, where the runtime has nothing else for it.
const { setImmediate: immediate, MessageChannel: Channels, setTimeout: later } = runtime;

const SETTLED = Promise.resolve();

let channel: Channel | undefined;
const tasks: Task[] = [];

/** One channel for all, made at the first use: an import must have no effect. */
function post(task: Task, Channels: new () => Channel): void {
  if (channel === undefined) {
    channel = new Channels();
    channel.port1.onmessage = () => tasks.shift()?.();
  }
  tasks.push(task);
  channel.port2.postMessage(undefined);
}

/** Runs `task` in a later turn of the event loop, after what is due and what has arrived. */
export function macrotask(task: Task): void {
  if (immediate !== undefined) immediate(task);
  else if (Channels !== undefined) post(task, Channels);
  else later(task);
}

/** Runs `task`, which must not throw, when the present code has returned. */
export function microtask(task: Task): void {
  SETTLED.then(task);
}
