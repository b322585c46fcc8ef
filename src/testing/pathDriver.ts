/**
 * Running a path: on the chart, on a client, against a server.
 *
 * Owns: the interface between the steps of a path and whatever they are run on. Must not know: how paths are
 * found, or any client.
 */

import type { AbortError, Loss, ReckerError, SendProgress } from '../machine/index.js';
import { messageOf } from '../port/index.js';
import type { ConnectionPath, PathStep } from './paths.js';

/** What a method that may be asynchronous returns. */
export type Awaitable = void | Promise<void>;

/**
 * What a path needs of the thing it is run on: one method for each thing that can happen. Methods may be
 * asynchronous; the next step waits.
 *
 * The network must do nothing by itself: a server that accepts, answers a Close or ends TCP only when the driver says so is
 * what makes "in `connecting`, the delay `connectTimeout` passes" possible. What a driver cannot do it may leave out with a `throw`; choose the paths by `steps` then.
 */
export interface PathDriver {
  /** Before the first step: make the client as `path.policy` says, in the state `idle`. */
  start?: ((path: ConnectionPath) => Awaitable) | undefined;
  /** After the last step, also where one failed. */
  finish?: ((path: ConnectionPath) => Awaitable) | undefined;

  // The user of the client. What these calls return is settled by later steps: do not wait for it.
  /** The user calls `connect()`. */
  connect(): Awaitable;
  /** The user calls `close()`. */
  close(code: number, reason: string): Awaitable;
  /** The user calls `reconnect()`. */
  reconnect(): Awaitable;
  /** The user calls `terminate()`. */
  terminate(): Awaitable;
  /** The user aborts the signal. */
  abort(error: AbortError): Awaitable;

  // The network and the peer.
  /** The newest dial succeeds. */
  accept(): Awaitable;
  /** The newest dial fails. `loss.error` is what the chart gets. */
  refuse(loss: Loss): Awaitable;
  /** The newest `prepare` of the client is done. Needed for paths whose policy `prepares`. */
  prepares?(): Awaitable;
  /** The newest `prepare` of the client fails with `error`. */
  failsToPrepare?(error: ReckerError): Awaitable;
  /** The peer sends a Close and leaves the connection as it is until `ends()`. */
  peerCloses(code: number, reason: string): Awaitable;
  /** The peer breaks the protocol, and is sent a Close with `sentCode`; it stays until `ends()`. */
  peerErrs(sentCode: number, error: ReckerError): Awaitable;
  /** The closing comes to its end: an answer to a Close that was sent, and the end of TCP. */
  ends(loss: Loss): Awaitable;
  /** The connection is gone, with no Close. */
  drops(loss: Loss): Awaitable;
  /** From here on nothing gets through, and nothing says so. */
  freezes(): Awaitable;
  /**
   * The Pong for the newest Ping arrives. A driver whose server answers Pings by itself leaves this out, and the
   * paths in which an answer is awaited for as long as `heartbeatTimeout` with a link that works.
   */
  pongs?(): Awaitable;
  /**
   * The client was asked what came since its Ping, and says so. A driver with a real network behind it has
   * nothing to do here but wait for the answer to be there.
   */
  answers(alive: boolean, sending?: SendProgress): Awaitable;
  /**
   * The kernel is full, and bytes of the client wait. A driver that cannot bring this about leaves out the paths with
   * the event `socket.filled`.
   */
  fills?(sending: SendProgress): Awaitable;
  /** The kernel takes some of what waits. */
  takes?(): Awaitable;

  // The surroundings.
  /**
   * The page reports that the network is back. A driver that cannot bring this about leaves out the paths with the event
   * `runtime.online`.
   */
  goesOnline?(): Awaitable;
  /** The page was shown again, or the machine has been asleep: for the class, a call of `wake()`. */
  awakes?(): Awaitable;

  // Time.
  /** The chart's delay `name` comes due, which is `ms` after the last step that let time pass or began it. */
  passDelay(name: string, ms: number): Awaitable;
  /** The time of day goes on by `ms` while no timer fires, as when a laptop sleeps. */
  sleeps(ms: number): Awaitable;

  /** After each step: compare with `step.state` and `step.emitted`, and throw where they differ. */
  check(step: PathStep, path: ConnectionPath): Awaitable;
}

/**
 * Runs one path, step by step. What a driver throws is thrown on, with the path and the step in its message
 * and the original as its `cause`.
 *
 * @example
 * ```ts
 * import { connectionPaths, runPath, type PathDriver } from 'recker/testing';
 *
 * declare function driveMyClient(): PathDriver;
 *
 * for (const path of connectionPaths()) {
 *   await runPath(path, driveMyClient());
 * }
 * ```
 */
export async function runPath(path: ConnectionPath, driver: PathDriver): Promise<void> {
  let doing = 'start';
  try {
    await driver.start?.(path);
    for (const [index, step] of path.steps.entries()) {
      doing = `step ${index + 1} of ${path.steps.length}, "${step.name}"`;
      await perform(step, path.steps[index - 1], driver);
      doing += `, expecting ${step.value}`;
      await driver.check(step, path);
    }
  } catch (cause) {
    const why = messageOf(cause);
    throw new Error(`Path ${path.id}, ${doing}: ${why}`, { cause });
  } finally {
    await driver.finish?.(path);
  }
}

function perform({ event }: PathStep, before: PathStep | undefined, driver: PathDriver): Awaitable {
  switch (event.type) {
    case 'connect':
      return driver.connect();
    case 'close':
      return driver.close(event.code, event.reason);
    case 'reconnect':
      return driver.reconnect();
    case 'terminate':
      return driver.terminate();
    case 'abort':
      return driver.abort(event.error);
    case 'socket.opened':
      return driver.accept();
    case 'socket.failed':
      return driver.refuse(event.loss);
    case 'session.prepared':
      return driver.prepares?.();
    case 'session.failed':
      return driver.failsToPrepare?.(event.error);
    case 'socket.peerClosed':
      return driver.peerCloses(event.code, event.reason);
    case 'socket.peerErred':
      return driver.peerErrs(event.sentCode, event.error);
    case 'socket.closed':
      return before?.state === 'closing' ? driver.ends(event.loss) : driver.drops(event.loss);
    case 'socket.ponged':
      return driver.pongs?.();
    case 'socket.answered':
      return driver.answers(event.alive, event.sending);
    case 'socket.filled':
      return driver.fills?.(event.sending);
    case 'runtime.online':
      return driver.goesOnline?.();
    case 'runtime.awake':
      return driver.awakes?.();
    case 'kernel.took':
      return driver.takes?.();
    case 'link.froze':
      return driver.freezes();
    case 'process.slept':
      return driver.sleeps(event.ms);
    case 'closing.overdue':
      return;
    case 'delay.passed':
      return driver.passDelay(event.delay, event.ms);
  }
}
