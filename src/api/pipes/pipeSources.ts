/**
 * Where the chunks of `pipeFrom()` come from: a Node stream, a web stream or an iterable, each behind one small
 * interface.
 *
 * Owns the stream from the moment it is made: every error of the stream is reported to the pipe, and nowhere else.
 * Must not know the connection.
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

/** What a source gives after its last chunk. */
export const END = Symbol('end');

export interface ChunkSource {
  /** The next chunk, at once where there is one, or {@link END}. Not called again before it has settled. */
  next(): unknown;
  /** All was read. */
  finish(): void;
  /** The pipe ends early: the stream is destroyed, or its reader cancelled. */
  destroy(error: unknown): void;
  /** Stops reading and leaves the stream to somebody else. */
  leave(): void;
}

/**
 * @param onFailure called when the stream fails, also while nothing is being read
 * @throws TypeError for what is no source, and for a web stream that is locked
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
    'pipeFrom() takes a Node stream, a web ReadableStream, or an iterable of strings and bytes; of a Blob give its stream(), of a Response its body',
  );
}

/** What is used of a Node `Readable`. */
interface ReadableLike extends NodeStream {
  read(): unknown;
  readonly readableEnded?: boolean;
}

const isReadable = (source: Partial<ReadableLike>): source is ReadableLike =>
  typeof source.read === 'function' &&
  typeof source.on === 'function' &&
  typeof source.removeListener === 'function';

/**
 * A Node stream, read by `read()`. Its own async iterator would destroy it when reading stops, and a duplex may have
 * to live on.
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
      // A promise is this method's own: there was nothing to read yet. What a stream holds is no promise.
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

/** A web stream. Locked while the pipe runs. */
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

/** A generator, an array, a stream of an old kind. */
class IteratorSource implements ChunkSource {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  /** What it was made from, where that is a stream of its own kind. */
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
    // A generator that is still working ends when it has yielded: nobody waits for that.
    Promise.resolve()
      .then(() => this.#iterator.return?.())
      .catch(ignore);
  }

  leave(): void {
    this.#stream.removeListener?.('error', this.#onFailure);
  }
}
