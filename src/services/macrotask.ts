/**
 * A turn of the event loop without a timer: what is due, and what has already arrived, comes first. For
 * runtimes without `setImmediate`, as pages and workers are.
 */

type Task = () => void;

/** What is used of a `MessageChannel`: neither this project's lib nor Node 20's types have its DOM form. */
interface Channel {
  readonly port1: { onmessage: Task | null };
  readonly port2: { postMessage(nothing: undefined): void };
}

const runtime = globalThis as unknown as {
  readonly setImmediate?: (task: Task) => unknown;
  readonly MessageChannel: new () => Channel;
};

let channel: Channel | undefined;
const tasks: Task[] = [];

/** One channel for all, made when it is first needed: an import must have no effect. */
function post(task: Task): void {
  if (channel === undefined) {
    channel = new runtime.MessageChannel();
    channel.port1.onmessage = () => tasks.shift()?.();
  }
  tasks.push(task);
  channel.port2.postMessage(undefined);
}

/** Runs `task` in a later turn of the event loop. */
export function macrotask(task: Task): void {
  if (runtime.setImmediate === undefined) post(task);
  else runtime.setImmediate(task);
}
