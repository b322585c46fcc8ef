/**
 * The words of an examination: what is checked, what comes out, what can be chosen.
 *
 * Owns: the public types. Must not know: how a check is made.
 */

/** Whether the RFC demands it or recommends it (RFC 2119). */
export type CheckLevel = 'MUST' | 'SHOULD';

/** One check of an examination, as data. */
export interface ServerCheck {
  /** E.g. `frames/unmasked`: the group, and what is checked. Stable, for `only` and for baselines. */
  readonly id: string;
  /** `MUST`: a server without it breaks the protocol. `SHOULD`: its clients would be better off. */
  readonly level: CheckLevel;
  /** The RFC and its section, e.g. `6455 §5.5.2`. */
  readonly rfc: string;
  /** What is sent, in words. */
  readonly sent: string;
  /** What the server has to do, in words. */
  readonly expected: string;
}

/** `n/a`: the check could not be made; `got` says why. */
export type CheckOutcome = 'pass' | 'fail' | 'n/a';

/** A check and its result. */
export interface CheckResult extends ServerCheck {
  /** What came out. */
  readonly result: CheckOutcome;
  /** What the server did; where the result is `n/a`, why there is no answer. */
  readonly got: string;
  /** How long the check took, in ms. */
  readonly duration: number;
}

/** What an examination will do to the server, at most. Reported before it begins. */
export interface ServerCheckPlan {
  /** The server's URL, without user info and with the values of its query replaced. */
  readonly url: string;
  /** How many checks are made. */
  readonly checks: number;
  /** How many connections are made at most, over the whole examination. */
  readonly connections: number;
  /** How many connections are open at a time, at most. */
  readonly atOnce: number;
  /** How many connections are begun in a second, at most. */
  readonly perSecond: number;
  /** How many bytes are sent, at most. */
  readonly bytes: number;
  /** When it ends at the latest, in ms from its begin; a restart of the server comes on top. */
  readonly deadline: number;
}

/** What an examination found. */
export interface ServerReport {
  /** The server's URL, without user info and with the values of its query replaced. */
  readonly url: string;
  /** False where a check of level `MUST` failed. */
  readonly ok: boolean;
  /** The results, in the order of `serverChecks`. */
  readonly checks: readonly CheckResult[];
  /** How many checks passed. */
  readonly passed: number;
  /** How many checks failed, those of level `SHOULD` included. */
  readonly failed: number;
  /** How many checks could not be made. */
  readonly skipped: number;
  /** How long it took, in ms. */
  readonly duration: number;
}

/** TLS for `wss:`; the names and meanings are those of Node's `tls.connect()`. */
export interface ServerCheckTls {
  /** Certificates to trust in the place of Node's, in PEM. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** A client certificate, in PEM. */
  readonly cert?: string | Uint8Array | undefined;
  /** Its key, in PEM. */
  readonly key?: string | Uint8Array | undefined;
  /** The name that the certificate has to have. Default: the URL's host. */
  readonly servername?: string | undefined;
  /** `false` takes any certificate. Default `true`. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** The options of `checkServer()`. All optional. */
export interface CheckServerOptions {
  /**
   * Needed for a host that is not loopback: you say that you are allowed to examine it. An examination sends invalid frames,
   * large messages and many connections. Default `false`.
   */
  readonly yesIMayTestThisServer?: boolean | undefined;
  /** Headers of each handshake, e.g. `Authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The subprotocols that each handshake offers. Default: none. */
  readonly protocols?: string | readonly string[] | undefined;
  /** TLS for `wss:`. Default: Node's settings. */
  readonly tls?: ServerCheckTls | undefined;
  /** Which checks to make: ids, beginnings of ids such as `frames/`, or a function. Default: all. */
  readonly only?: readonly string[] | ((check: ServerCheck) => boolean) | undefined;
  /** A text message that the server takes, e.g. one that its application understands. Default `'recker'`. */
  readonly message?: string | undefined;
  /**
   * Whether the server sends each message back as it is. With `true`, checks compare what comes back. Default: found
   * out with one message.
   */
  readonly echo?: boolean | undefined;
  /**
   * How long the server may take for an answer, in ms, 1 to 60,000. Where it takes longer and another client is answered
   * meanwhile, that is its answer. Default 3000.
   */
  readonly timeout?: number | undefined;
  /** How long a client is silent for the server to notice it, in ms; 0 leaves these checks out. Default 45,000. */
  readonly halfOpenTimeout?: number | undefined;
  /** When the examination ends, in ms; checks that have not begun by then are `n/a`. Default 60,000. */
  readonly deadline?: number | undefined;
  /** How many connections are begun in a second, at most. Default 200. */
  readonly connectionsPerSecond?: number | undefined;
  /** The size of the large message in bytes. Default 16 MiB. */
  readonly messageBytes?: number | undefined;
  /** How many fragments the message of many fragments has. Default 10,000. */
  readonly fragments?: number | undefined;
  /** How many Pings are sent at once. Default 1000. */
  readonly pings?: number | undefined;
  /** How many clients connect at once, and are there when the server is restarted. Default 100. */
  readonly clients?: number | undefined;
  /**
   * Restarts the server: a command for the system's shell, or a function; done when the command ends. Default: none, and the
   * checks of a restart are `n/a`.
   */
  readonly restart?: string | (() => void | Promise<void>) | undefined;
  /** How long all clients may take to be back after a restart began, in ms. Default 30,000. */
  readonly restartTimeout?: number | undefined;
  /** Ends the examination: `checkServer()` rejects. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Is called before anything is sent. */
  readonly onPlan?: ((plan: ServerCheckPlan) => void) | undefined;
  /** Is called with each result as it comes; not in the order of the report. */
  readonly onCheck?: ((result: CheckResult) => void) | undefined;
}
