/**
 * What `pipeFrom()` and `pipeTo()` need of a stream: Node's own streams, those of the package `readable-stream`, and
 * web streams fit. Structural, so that no public type needs Node's types or the DOM library. Types only.
 */

/** A Node stream to read from. */
export interface StreamSource extends AsyncIterable<string | Uint8Array> {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A web stream to read from: the DOM library declares it iterable only in newer versions, and Safari's is not. */
export interface WebStreamSource {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: string | Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
    readonly closed: Promise<unknown>;
  };
}

/** A web stream to write to. */
export interface WebStreamSink {
  getWriter(): {
    readonly ready: Promise<unknown>;
    readonly closed: Promise<unknown>;
    readonly desiredSize: number | null;
    write(bytes: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** A Node stream to write to. */
export interface StreamSink {
  write(data: string | Uint8Array): boolean;
  end(done: () => void): unknown;
  on(event: string, listener: (error: Error) => void): unknown;
  once(event: string, listener: () => void): unknown;
  off(event: string, listener: (error: Error) => void): unknown;
  destroy?: { bivariant(error?: Error): unknown }['bivariant'] | undefined;
}
