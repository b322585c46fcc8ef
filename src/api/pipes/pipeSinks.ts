/**
 * Where the messages of `pipeTo()` go: a Node stream or a web stream, each behind one small interface.
 *
 * Owns the stream from the moment it is made: every error of the stream is reported to the pipe, and nowhere else.
 * Must not know the connection.
 */

import { AbortError, ignore, isError } from '../../port/index.js';
import { encodeText, isStandardOutput } from '../platform.js';
import { type NodeStream, silenceUntilClose } from './nodeStreams.js';
import type { StreamSink, WebStreamSink } from './streams.js';

/** A Node `Writable`, or a WHATWG `WritableStream` of bytes. */
export type PipeSink = StreamSink | WebStreamSink;

export interface ByteSink {
  /** Writes the bytes of one message; the promise, if there is one, is kept when the sink takes the next. */
  write(data: string | Uint8Array): Promise<unknown> | undefined;
  /** Ends the stream, where that is the pipe's to do. Resolves when it has taken everything. */
  finish(): Promise<void>;
  /** The pipe ends early: the stream is destroyed, where that is the pipe's to do. */
  destroy(error: unknown): void;
  /** What a duplex still receives is of no use to anybody: it is read to its end, since it cannot close before. */
  discardInput(): void;
}

/**
 * @param mayEnd whether the stream is to be ended, or destroyed, with the pipe
 * @param onFailure called when the stream fails or closes, also while nothing is being written
 * @throws TypeError for what is no sink, and for a web stream that is locked
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

/** What is used of a Node `Writable`. */
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
    // A stream without the event `close` says so here alone.
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

  /** Somebody else ended it, or it was destroyed before it had taken everything. */
  readonly #onEnd = (): void => {
    if (this.#hasFinished || (this.#isEnding && !this.#stream.destroyed)) return;
    this.#onFailure(closedEarly());
  };
}

type WebWriter = ReturnType<WebStreamSink['getWriter']>;

/** A web stream: it gets bytes, since most of them take nothing else. Locked while the pipe runs. */
class WebSink implements ByteSink {
  readonly #writer: WebWriter;
  readonly #mayEnd: boolean;
  /** From here on `closed` is of no interest: to close the stream, and to release its lock, settles it, too. */
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
    // What fails is reported by `closed`.
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
