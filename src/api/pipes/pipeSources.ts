/**
 * The sources of `pipeFrom()`: a Node stream, a web stream or an iterable, behind one small interface.
 *
 * A source owns its stream: every error of the stream is reported to the pipe only. Must not know the connection.
 */

import { AbortError, ignore, isError } from '../../port/index.js';
import { type NodeStream, silenceUntilClose } from './nodeStreams.js';
import type { StreamSource, WebStreamSource } from './streams.js';

/** Anything that yields chunks: a Node `Readable`, a WHATWG `ReadableStream`, a generator. */
export type PipeSource =
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | StreamSource
  | WebStreamSource;

/** What `next()` returns after the last chunk. */
export const END = Symbol('end');

export interface ChunkSource {
  /** The next chunk, or {@link END}; a promise where there is no chunk yet. Not called again before that has settled. */
  next(): unknown;
  /** Everything was read. */
  finish(): void;
  /** The pipe ends early: destroys the stream, or cancels its reader. */
  destroy(error: unknown): void;
  /** Stops reading, and leaves the stream as it is. */
  leave(): void;
}

/**
 * @param onFailure called when the stream fails, also while nothing is being read
 * @throws TypeError for a value that is no source, and for a locked web stream
 */
export function sourceOf(given: PipeSource, onFailure: (error: unknown) => void): ChunkSource {
  const source = given as Partial<ReadableLike & WebStreamSource & AnyIterable> | null | undefined;
  if (source !== null && source !== undefined) {
    if (typeof source.getReader === 'function')
      return new WebSource(source.getReader() as WebReader, onFailure);
    if (isReadable(source)) return new ReadableSource(source, onFailure);
    const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.();
    if (iterator !== undefined) return new IteratorSource(iterator, source as object, onFailure);
  }
  throw new TypeError(
    'pipeFrom() takes a Node stream, a web ReadableStream, or an iterable of strings and bytes; give it the stream() of a Blob, and the body of a Response',
  );
}

/** The part of a Node `Readable` that is used. */
interface ReadableLike extends NodeStream {
  read(): unknown;
  readonly readableEnded?: boolean;
}

const isReadable = (source: Partial<ReadableLike>): source is ReadableLike =>
  typeof source.read === 'function' &&
  typeof source.on === 'function' &&
  typeof source.removeListener === 'function';

/**
 * A Node stream, read with `read()`. Its own async iterator would destroy the stream when reading stops, and a duplex may
 * still be written to.
 */
class ReadableSource implements ChunkSource {
  readonly #stream: ReadableLike;
  readonly #onFailure: (error: unknown) => void;
  #failure: { readonly error: unknown } | undefined;
  #hasEnded: boolean;
  #wake: (() => void) | undefined;

  constructor(stream: ReadableLike, onFailure: (error: unknown) => void) {
    this.#stream = stream;
    this.#onFailure = onFailure;
    this.#hasEnded = stream.readableEnded === true;
    if (stream.errored) this.#fail(stream.errored);
    else if (stream.destroyed && !this.#hasEnded) this.#onClose();
    stream.on('error', this.#fail);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onClose);
    stream.on('readable', this.#onReadable);
  }

  next(): unknown {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#hasEnded) return END;
    const chunk = this.#stream.read();
    return chunk === null ? this.#wait() : chunk;
  }

  async #wait(): Promise<unknown> {
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const chunk = this.next();
      // A promise means that there was nothing to read yet. A stream itself yields no promises.
      if (!(chunk instanceof Promise)) return chunk;
    }
  }

  finish(): void {
    this.leave();
    silenceUntilClose(this.#stream);
  }

  destroy(error: unknown): void {
    this.leave();
    silenceUntilClose(this.#stream);
    this.#stream.destroy?.(isError(error) ? error : undefined);
  }

  leave(): void {
    const stream = this.#stream;
    stream.removeListener('error', this.#fail);
    stream.removeListener('end', this.#onEnd);
    stream.removeListener('close', this.#onClose);
    stream.removeListener('readable', this.#onReadable);
  }

  readonly #onReadable = (): void => this.#wake?.();

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#wake?.();
  };

  readonly #onClose = (): void => {
    if (!this.#hasEnded) this.#fail(new AbortError('The source closed early'));
  };

  readonly #fail = (error: unknown): void => {
    this.#failure ??= { error };
    this.#onFailure(error);
  };
}

type WebReader = ReturnType<WebStreamSource['getReader']>;

/** A web stream, locked while the pipe runs. */
class WebSource implements ChunkSource {
  readonly #reader: WebReader;

  constructor(reader: WebReader, onFailure: (error: unknown) => void) {
    this.#reader = reader;
    reader.closed.then(undefined, onFailure);
  }

  async next(): Promise<unknown> {
    const { done, value } = await this.#reader.read();
    return done ? END : value;
  }

  finish(): void {
    this.#reader.releaseLock();
  }

  destroy(error: unknown): void {
    this.#reader.cancel(error).catch(ignore);
    this.#reader.releaseLock();
  }

  leave(): void {
    this.#reader.releaseLock();
  }
}

interface AnyIterable {
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
  [Symbol.iterator](): Iterator<unknown>;
}

/** A generator, an array, or a stream of an older kind. */
class IteratorSource implements ChunkSource {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  /** The iterable, where it is a stream of some kind. */
  readonly #stream: Partial<NodeStream>;
  readonly #onFailure: (error: unknown) => void;

  constructor(
    iterator: AsyncIterator<unknown> | Iterator<unknown>,
    from: object,
    onFailure: (error: unknown) => void,
  ) {
    this.#iterator = iterator;
    this.#stream = from as Partial<NodeStream>;
    this.#onFailure = onFailure;
    this.#stream.on?.('error', onFailure);
  }

  async next(): Promise<unknown> {
    const { done, value } = await this.#iterator.next();
    return done ? END : value;
  }

  finish(): void {
    this.leave();
  }

  destroy(error: unknown): void {
    this.leave();
    if (typeof this.#stream.destroy === 'function' && typeof this.#stream.on === 'function') {
      silenceUntilClose(this.#stream as NodeStream);
      this.#stream.destroy(isError(error) ? error : undefined);
      return;
    }
    // A generator that still runs ends at its next `yield`. The pipe does not wait for that.
    Promise.resolve()
      .then(() => this.#iterator.return?.())
      .catch(ignore);
  }

  leave(): void {
    this.#stream.removeListener?.('error', this.#onFailure);
  }
}
