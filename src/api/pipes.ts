/**
 * Streams into and out of a connection, with backpressure both ways. A byte stream with a hole is none: both
 * directions end with the connection that they began on, whatever the option `reconnect` says.
 */

import { AbortError, ConnectionClosedError } from '../machine/errors.js';
import type { GlobalAbortSignal } from '../machine/globals.js';
import { withoutPrototype } from '../machine/own.js';
import type { MessageHub } from './messageHub.js';
import type { Outbox } from './outbox.js';
import { encodeText } from './platform.js';
import { onAbort as watchAbort } from './signals.js';
import type { StreamSink, StreamSource, WebStreamSource } from './streams.js';
import type { SendData } from './types.js';

/** Anything that yields chunks: a Node `Readable`, a WHATWG `ReadableStream`, a generator. */
export type PipeSource =
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | StreamSource
  | WebStreamSource;

/** Options of `pipeFrom()`. */
export interface PipeFromOptions {
  /** Wait after each chunk until `bufferedAmount` is at or below the client's `highWaterMark`. @default false */
  awaitDrain?: boolean | undefined;
  /** Ends the pipe; the connection stays open. */
  signal?: GlobalAbortSignal | undefined;
}

/** Options of `pipeTo()`. */
export interface PipeToOptions {
  /** End the destination on a clean end. @default true */
  end?: boolean | undefined;
  /** Ends the pipe; the connection stays open and the destination is let go. */
  signal?: GlobalAbortSignal | undefined;
}

/** What the pipes need of the client. */
interface PipeClient {
  readonly isConnected: boolean;
  connect(options?: { signal?: AbortSignal }): Promise<void>;
  send(data: SendData, options?: { awaitDrain?: boolean }): Promise<void>;
}

const abortOf = (signal: AbortSignal): AbortError =>
  new AbortError('The pipe was aborted', { cause: signal.reason });

/** Rejects as soon as the pipe has to end early; `stop` lets go of what it watches. */
function interruption(
  hub: MessageHub,
  signal: AbortSignal | undefined,
  onLoss: (error: Error | undefined) => Error | undefined,
) {
  let interrupt: (error: Error) => void = () => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = reject;
  });
  interrupted.catch(() => {});
  const stopHearing = hub.onLoss((error) => {
    const reason = onLoss(error);
    if (reason !== undefined) interrupt(reason);
  });
  const onAbort = () => interrupt(abortOf(signal as AbortSignal));
  const stopWatching = signal === undefined ? undefined : watchAbort(signal, onAbort);
  return {
    interrupted,
    interrupt,
    stop() {
      stopHearing();
      stopWatching?.();
    },
  };
}

export async function pipeFrom(
  client: PipeClient,
  outbox: Outbox,
  hub: MessageHub,
  source: PipeSource,
  options?: PipeFromOptions,
): Promise<void> {
  const { awaitDrain = false, signal } = withoutPrototype(options);
  if (signal?.aborted) throw abortOf(signal);
  await client.connect(signal === undefined ? {} : { signal });
  const watch = interruption(hub, signal, (error) => error ?? new ConnectionClosedError(1000, ''));
  const chunks = iteratorOf(source);
  try {
    for (;;) {
      const { done, value } = await Promise.race([chunks.next(), watch.interrupted]);
      if (done) return;
      await Promise.race([outbox.roomToSend(), watch.interrupted]);
      const bytes = typeof value === 'string' ? encodeText(value) : value;
      await Promise.race([client.send(bytes, { awaitDrain }), watch.interrupted]);
    }
  } catch (error) {
    destroy(source, chunks, error);
    throw error;
  } finally {
    watch.stop();
  }
}

function iteratorOf(source: PipeSource): AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array> {
  if (Symbol.asyncIterator in source)
    return source[Symbol.asyncIterator]() as AsyncIterator<string | Uint8Array>;
  if (Symbol.iterator in source) return source[Symbol.iterator]();
  throw new TypeError('pipeFrom() takes a readable stream or an iterable of strings and bytes');
}

/** Ends the source as Node's `pipeline` does: it may be waiting for data that nobody wants any more. */
function destroy(
  source: PipeSource,
  chunks: AsyncIterator<unknown> | Iterator<unknown>,
  error: unknown,
): void {
  if ('destroy' in source && typeof source.destroy === 'function') {
    // The pipe's promise tells the error; the stream's own event has no other listener.
    (source as StreamSource).on('error', () => {});
    source.destroy(error);
    return;
  }
  Promise.resolve(chunks.return?.()).catch(() => {});
}

export async function pipeTo(
  client: PipeClient,
  hub: MessageHub,
  writable: StreamSink,
  options?: PipeToOptions,
): Promise<void> {
  const { end = true, signal } = withoutPrototype(options);
  if (signal?.aborted) throw abortOf(signal);
  const receiver = hub.attach();
  const watch = interruption(hub, signal, (error) => {
    receiver.end(error === undefined ? undefined : { error });
    return undefined;
  });
  const onError = (error: Error) => watch.interrupt(error);
  const onClose = () => watch.interrupt(new AbortError('The destination closed early'));
  writable.on('error', onError);
  writable.on('close', onClose);
  try {
    if (!client.isConnected) await Promise.race([client.connect(), watch.interrupted]);
    for (;;) {
      const { done, value } = await Promise.race([receiver.pull(), watch.interrupted]);
      if (done) break;
      if (!writable.write(value.data)) await Promise.race([drain(writable), watch.interrupted]);
    }
    writable.off('close', onClose);
    if (end) await Promise.race([finish(writable), watch.interrupted]);
  } catch (error) {
    writable.off('close', onClose);
    if (!signal?.aborted && 'destroy' in writable && typeof writable.destroy === 'function') {
      writable.on('error', () => {});
      writable.destroy(error as Error);
    }
    throw error;
  } finally {
    hub.detach(receiver);
    watch.stop();
    writable.off('error', onError);
  }
}

const drain = (writable: StreamSink): Promise<void> =>
  new Promise((resolve) => {
    writable.once('drain', resolve);
  });

const finish = (writable: StreamSink): Promise<void> =>
  new Promise((resolve) => {
    writable.end(resolve);
  });
