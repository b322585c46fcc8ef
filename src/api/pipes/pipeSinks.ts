/**
 * The destinations of `pipeTo()`: a Node stream or a web stream, behind one small interface.
 *
 * A sink owns its stream: every error of the stream is reported to the pipe only. Must not know the connection.
 */

import { AbortError, ignore, isError } from '../../port/index.js';
import { encodeText, isStandardOutput } from '../platform.js';
import { type NodeStream, silenceUntilClose } from './nodeStreams.js';
import type { StreamSink, WebStreamSink } from './streams.js';

/** A Node `Writable`, or a WHATWG `WritableStream` of bytes. */
export type PipeSink = StreamSink | WebStreamSink;

export interface ByteSink {
  /** Writes the bytes of one message. A promise, if there is one, resolves when the next may be written. */
  write(data: string | Uint8Array): Promise<unknown> | undefined;
  /** Ends the stream, if the pipe may. Resolves when the stream has taken everything. */
  finish(): Promise<void>;
  /** The pipe ends early: destroys the stream, if the pipe may. */
  destroy(error: unknown): void;
  /** Reads a duplex to its end and drops what it gives: it cannot close before. */
  discardInput(): void;
}

/**
 * @param mayEnd whether the pipe may end or destroy the stream
 * @param onFailure called when the stream fails or closes, also while nothing is being written
 * @throws TypeError for a value that is no sink, and for a locked web stream
 * @throws AbortError for a stream that is destroyed or ended
 */
export function sinkOf(given: PipeSink, mayEnd: boolean, onFailure: (error: unknown) => void): ByteSink {
  const sink = given as Partial<WritableLike & WebStreamSink> | null | undefined;
  if (typeof sink?.getWriter === 'function') {
    return new WebSink((sink as WebStreamSink).getWriter(), mayEnd, onFailure);
  }
  if (isWritable(sink)) return new WritableSink(sink, mayEnd && !isStandardOutput(sink), onFailure);
  throw new TypeError('pipeTo() takes a Node stream or a web WritableStream that can be written to');
}

/** The part of a Node `Writable` that is used. */
interface WritableLike extends NodeStream {
  write(data: string | Uint8Array): unknown;
  end(done: (error?: Error | null) => void): unknown;
  resume?(): unknown;
  readonly writable?: boolean;
  readonly writableEnded?: boolean;
}

const isWritable = (sink: Partial<WritableLike> | null | undefined): sink is WritableLike =>
  typeof sink?.write === 'function' &&
  typeof sink.end === 'function' &&
  typeof sink.on === 'function' &&
  typeof sink.removeListener === 'function';

const closedEarly = (): AbortError => new AbortError('The destination closed early');

class WritableSink implements ByteSink {
  readonly #stream: WritableLike;
  readonly #mayEnd: boolean;
  readonly #onFailure: (error: unknown) => void;
  #hasFinished = false;
  #isEnding = false;
  #wake: (() => void) | undefined;

  constructor(stream: WritableLike, mayEnd: boolean, onFailure: (error: unknown) => void) {
    if (stream.errored) throw stream.errored;
    if (stream.destroyed || stream.writableEnded || stream.writable === false) {
      throw new AbortError(
        `The destination of pipeTo() ${stream.destroyed ? 'is destroyed' : 'cannot be written to any more'}`,
      );
    }
    this.#stream = stream;
    this.#mayEnd = mayEnd;
    this.#onFailure = onFailure;
    stream.on('error', onFailure);
    stream.on('close', this.#onEnd);
    stream.on('finish', this.#onEnd);
    stream.on('drain', this.#onDrain);
  }

  write(data: string | Uint8Array): Promise<unknown> | undefined {
    const stream = this.#stream;
    // Some streams emit no `close`.
    if (stream.destroyed || stream.writableEnded) throw closedEarly();
    if (stream.write(data)) return undefined;
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async finish(): Promise<void> {
    if (this.#mayEnd) {
      this.#isEnding = true;
      await new Promise<void>((resolve, reject) => {
        this.#stream.end((error) => {
          this.#hasFinished = !error;
          if (error) reject(error);
          else resolve();
        });
      });
    }
    this.#leave();
  }

  destroy(error: unknown): void {
    this.#leave();
    if (this.#mayEnd) this.#stream.destroy?.(isError(error) ? error : undefined);
  }

  discardInput(): void {
    if (this.#mayEnd) this.#stream.resume?.();
  }

  #leave(): void {
    const stream = this.#stream;
    stream.removeListener('error', this.#onFailure);
    stream.removeListener('close', this.#onEnd);
    stream.removeListener('finish', this.#onEnd);
    stream.removeListener('drain', this.#onDrain);
    if (this.#mayEnd) silenceUntilClose(stream);
  }

  readonly #onDrain = (): void => this.#wake?.();

  /** The stream was ended from outside, or destroyed before it had taken everything. */
  readonly #onEnd = (): void => {
    if (this.#hasFinished || (this.#isEnding && !this.#stream.destroyed)) return;
    this.#onFailure(closedEarly());
  };
}

type WebWriter = ReturnType<WebStreamSink['getWriter']>;

/** A web stream, locked while the pipe runs. It gets bytes, since most web streams take nothing else. */
class WebSink implements ByteSink {
  readonly #writer: WebWriter;
  readonly #mayEnd: boolean;
  /** `closed` is ignored from now on: closing the stream and releasing its lock settle it, too. */
  #isOver = false;

  constructor(writer: WebWriter, mayEnd: boolean, onFailure: (error: unknown) => void) {
    this.#writer = writer;
    this.#mayEnd = mayEnd;
    writer.closed.then(
      () => {
        if (!this.#isOver) onFailure(closedEarly());
      },
      (error: unknown) => {
        if (!this.#isOver) onFailure(error);
      },
    );
  }

  write(data: string | Uint8Array): Promise<unknown> | undefined {
    const writer = this.#writer;
    // `closed` reports a failure.
    writer.write(typeof data === 'string' ? encodeText(data) : data).catch(ignore);
    return (writer.desiredSize ?? 0) > 0 ? undefined : writer.ready;
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    if (this.#mayEnd) await this.#writer.close();
    this.#writer.releaseLock();
  }

  destroy(error: unknown): void {
    this.#isOver = true;
    if (this.#mayEnd) this.#writer.abort(error).catch(ignore);
    this.#writer.releaseLock();
  }

  discardInput(): void {}
}
