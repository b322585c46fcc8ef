/**
 * The one interface through which a workload sees a client library. An adapter is a thin translation, and
 * uses its library the way its README shows: what it costs is the library's cost.
 */

export interface ConnectOptions {
  /** A heartbeat this often, where the client has one. Left out: the library's default. */
  readonly heartbeatMs?: number;
  /** Reconnect after a loss, first after about a second: `jitter` as the library spreads it, or all at once. */
  readonly reconnect?: 'jitter' | 'none';
}

/** What to read by iteration, and how. */
export interface Consumption {
  /** Stop after this many messages. */
  readonly count: number;
  /** To be called once the iterator exists: the server begins to send. */
  readonly start: () => void;
  /** Awaited after each message: a consumer that is slower than the server. */
  readonly pause?: () => Promise<void>;
}

export interface Connection {
  /** `listener` gets each message decoded: text as a string, binary as the library's default type or bytes. */
  onMessage(listener: (data: unknown) => void): void;
  send(data: string | Buffer): void;
  /** Resolves when the connection is closed. */
  close(): Promise<void>;
  /** Reads by `for await`, where the library has a way to. */
  consume?(consumption: Consumption): Promise<void>;
  /** Sends `chunk` as long as `next()` says so, each once the one before has drained. */
  pump?(chunk: Buffer, next: () => boolean): Promise<void>;
}

export interface Client {
  connect(url: string, options?: ConnectOptions): Promise<Connection>;
}
