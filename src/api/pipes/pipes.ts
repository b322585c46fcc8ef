/**
 * Streams to and from a connection, with backpressure both ways. A byte stream must have no gap, so a pipe ends with the
 * connection that it began on, also with `reconnect`.
 *
 * A pipe owns its stream from the call on, as Node's `pipeline` does: errors of the stream reject the pipe, and a pipe that
 * ends early destroys the stream. Must not know which kind of stream it is.
 */

import {
  AbortError,
  ConnectionClosedError,
  type GlobalAbortSignal,
  NO_CLOSE,
  withoutPrototype,
} from '../../port/index.js';
import type { MessageHub } from '../incoming/index.js';
import type { Outbox } from '../outgoing/index.js';
import { encodeText } from '../platform.js';
import type { SendData } from '../types.js';
import { checkSignal, onAbort } from '../values/index.js';
import { type PipeSink, sinkOf } from './pipeSinks.js';
import { END, type PipeSource, sourceOf } from './pipeSources.js';

export type { PipeSink, PipeSource };

/** Options of `pipeFrom()`. */
export interface PipeFromOptions {
  /** Wait after each chunk until `bufferedAmount` is at or below the client's `highWaterMark`. @default false */
  awaitDrain?: boolean | undefined;
  /** Ends the pipe and destroys the source; the connection stays open. */
  signal?: GlobalAbortSignal | undefined;
}

/** Options of `pipeTo()`. */
export interface PipeToOptions {
  /** End the destination after a clean end, and destroy it after any other. @default true */
  end?: boolean | undefined;
  /** Ends the pipe and destroys the destination; the connection stays open. */
  signal?: GlobalAbortSignal | undefined;
}

/** The client as a pipe needs it. */
interface PipeClient {
  readonly isConnected: boolean;
  connect(options?: { signal?: AbortSignal }): Promise<void>;
  send(data: SendData, options?: { awaitDrain?: boolean }): Promise<void>;
}

/**
 * Ends a pipe in the middle of any of its steps. Each step has a promise of its own: `Promise.race` against one that lives as
 * long as the pipe would keep the reactions of all steps.
 */
class Interruption {
  #failure: { readonly error: unknown } | undefined;
  #rejectStep: ((error: unknown) => void) | undefined;
  readonly #stops: (() => void)[] = [];

  /** Ends the present step and all later ones. Only the first call counts. */
  readonly interrupt = (error: unknown): void => {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#rejectStep?.(error);
  };

  /** @throws the error that the pipe was interrupted with */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits for `promise`, or rejects as soon as the pipe is interrupted. */
  step<Value>(promise: PromiseLike<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#rejectStep = reject;
      promise.then(resolve, reject);
      if (this.#failure !== undefined) reject(this.#failure.error);
    });
  }

  /** Waits until the pipe is interrupted. */
  interrupted(): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.#rejectStep = reject;
      if (this.#failure !== undefined) reject(this.#failure.error);
    });
  }

  watchSignal(signal: AbortSignal | undefined): void {
    checkSignal(signal);
    if (signal === undefined) return;
    const abort = () => this.interrupt(new AbortError('The pipe was aborted', { cause: signal.reason }));
    if (signal.aborted) abort();
    else this.#stops.push(onAbort(signal, abort));
  }

  watchLoss(hub: MessageHub, listener: (error: Error | undefined) => void): void {
    this.#stops.push(hub.onLoss(listener));
  }

  async connect(client: PipeClient): Promise<void> {
    this.check();
    const wait = new AbortController();
    try {
      await this.step(client.connect({ signal: wait.signal }));
    } finally {
      wait.abort();
    }
    // The connection was lost again meanwhile: a stream that begins now would have a gap.
    if (!client.isConnected) throw new ConnectionClosedError(NO_CLOSE, '');
  }

  /** Removes all listeners. */
  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

/** A `pipeTo()` that runs. */
interface Writing {
  readonly hub: MessageHub;
  /** Whether a `pipeFrom()` of the same client has stopped reading the same duplex. */
  inputLeft: boolean;
}

/** By destination. */
const writings = new WeakMap<object, Writing>();

export async function pipeFrom(
  client: PipeClient,
  outbox: Outbox,
  hub: MessageHub,
  source: PipeSource,
  options?: PipeFromOptions,
): Promise<void> {
  const { awaitDrain = false, signal } = withoutPrototype(options);
  const pipe = new Interruption();
  const chunks = sourceOf(source, pipe.interrupt);
  let writing: Writing | undefined;
  try {
    pipe.watchSignal(signal);
    if (!client.isConnected) await pipe.connect(client);
    pipe.watchLoss(hub, (error) => {
      // `pipeTo()` may still have bytes to write to the same duplex.
      const other = error === undefined ? writings.get(source as object) : undefined;
      if (other?.hub === hub) writing = other;
      pipe.interrupt(error ?? new ConnectionClosedError(1000, ''));
    });
    for (;;) {
      pipe.check();
      const next = chunks.next();
      const chunk = next instanceof Promise ? await pipe.step(next) : next;
      if (chunk === END) break;
      if (!outbox.hasRoom) await pipe.step(outbox.roomToSend());
      pipe.check();
      // The connection is closing: its end is reported as the loss.
      if (!client.isConnected) await pipe.interrupted();
      const bytes = typeof chunk === 'string' ? encodeText(chunk) : (chunk as Uint8Array);
      await pipe.step(client.send(bytes, { awaitDrain }));
    }
    chunks.finish();
  } catch (error) {
    if (writing === undefined) {
      destroy(chunks, error);
      throw error;
    }
    chunks.leave();
    writing.inputLeft = true;
  } finally {
    pipe.stop();
  }
}

export async function pipeTo(
  client: PipeClient,
  hub: MessageHub,
  writable: PipeSink,
  options?: PipeToOptions,
): Promise<void> {
  const { end = true, signal } = withoutPrototype(options);
  const pipe = new Interruption();
  const sink = sinkOf(writable, end, pipe.interrupt);
  const receiver = hub.attach();
  const writing: Writing = { hub, inputLeft: false };
  writings.set(writable, writing);
  const watchLoss = () =>
    pipe.watchLoss(hub, (error) => receiver.end(error === undefined ? undefined : { error }));
  try {
    pipe.watchSignal(signal);
    const isBegun = client.isConnected;
    if (isBegun) watchLoss();
    // A closed web stream reports it a microtask later.
    await null;
    pipe.check();
    if (!isBegun && !receiver.hasEnded) {
      if (!client.isConnected) await pipe.connect(client);
      watchLoss();
    }
    for (;;) {
      let message = receiver.take();
      if (message === undefined) {
        const { done, value } = await pipe.step(receiver.pull());
        if (done) break;
        message = value;
      }
      pipe.check();
      const full = sink.write(message.data);
      if (full !== undefined) await pipe.step(full);
    }
    await pipe.step(sink.finish());
    if (writing.inputLeft) sink.discardInput();
  } catch (error) {
    destroy(sink, error);
    throw error;
  } finally {
    hub.detach(receiver);
    writings.delete(writable);
    pipe.stop();
  }
}

/** Ignores what the stream throws: it would hide why the pipe ended. */
function destroy(stream: { destroy(error: unknown): void }, error: unknown): void {
  try {
    stream.destroy(error);
  } catch {
    // The pipe rejects with `error`.
  }
}
