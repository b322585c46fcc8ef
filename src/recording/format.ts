/**
 * The format of recordings: newline-delimited JSON, first a header, then one line for each step of a client's chart.
 *
 * Owns: the types, and which type each member of a line has. Must not know: how lines are made, kept or checked.
 */
import type { Jitter } from '../machine/index.js';

/** The member `format` of every header. */
export const RECORDING_FORMAT = 'recker-recording';
/** The version of the format that this library writes and reads. */
export const RECORDING_VERSION = 1;

/** The first line of a recording. */
export interface RecordingHeader {
  /** Says that this is a recording. */
  readonly format: typeof RECORDING_FORMAT;
  /** The version of the format. */
  readonly version: typeof RECORDING_VERSION;
  /** The version of the library that recorded. */
  readonly recker: string;
  /** The SHA-256 of the chart that was recorded, as `statecharts/connection.json` has it, in hexadecimal. */
  readonly chart: string;
  /** How many clients were forgotten for want of room. Absent: none. */
  readonly dropped?: number | undefined;
}

/** What steers a client: times in ms, counts, and which functions it was given. The names are those of the options. */
export interface RecordedPolicy {
  /** Whether a loss is followed by another dial at all. */
  readonly reconnect: boolean;
  /** The delay before attempt 1, in ms. */
  readonly reconnectDelay: number;
  /** The cap of the delay, in ms. */
  readonly maxReconnectDelay: number;
  /** How much of the delay is random. */
  readonly reconnectJitter: Jitter;
  /** How many dials may follow a loss; 0 = no limit. */
  readonly maxReconnectAttempts: number;
  /** How long a connection must last before the attempts are counted anew, in ms. */
  readonly minUptime: number;
  /** Time between two Pings, in ms; 0 = no heartbeat. */
  readonly heartbeatInterval: number;
  /** How long a Ping may stay unanswered, in ms. */
  readonly heartbeatTimeout: number;
  /** How long a dial may take, in ms; 0 = no limit. */
  readonly connectTimeout: number;
  /** How long `prepare` may take, in ms. */
  readonly prepareTimeout: number;
  /** How long the closing handshake may take, in ms. */
  readonly closeTimeout: number;
  /** Whether the option `prepare` is given. */
  readonly prepare: boolean;
  /** Whether the option `heartbeatMessage` is given. Absent where the recorder could not know. */
  readonly heartbeatMessage?: boolean | undefined;
  /** Whether the option `shouldReconnect` is given. Absent where the recorder could not know. */
  readonly shouldReconnect?: boolean | undefined;
}

/** An error, without its message: that may quote anything. */
export interface RecordedError {
  /** The class, e.g. `ConnectionError`. */
  readonly name: string;
  /** The stable code, e.g. `ECONNREFUSED`. */
  readonly code?: string | undefined;
}

/** How the bytes of a connection leave, as the socket reported it. Times in ms. */
export interface RecordedSending {
  /** Whether bytes wait in the process because the kernel takes no more. */
  readonly waiting: boolean;
  /** How long ago the kernel took something after it was full, or became full. */
  readonly takenAgo: number;
  /** How long ago something was received. */
  readonly heardAgo: number;
  /** Whether the kernel has taken anything after it was full. */
  readonly hasTaken: boolean;
  /** The longest time without a take while the kernel was full. */
  readonly longestGap: number;
  /** How long the peer may need for what the kernel holds. */
  readonly allowance: number;
}

/** One step of a client's chart. */
export interface RecordedStep {
  /** Whole ms since the recorder was made, on a monotonic clock. */
  readonly t: number;
  /** The client, over all its connections. */
  readonly c: string;
  /** Counts the client's steps from 1, without a gap. */
  readonly n: number;
  /** What caused the step: a command, a fact, or `after` and the name of a delay. */
  readonly event: string;
  /** The path of the state before. */
  readonly from: string;
  /** The path of the state after. */
  readonly to: string;

  /** First line of a client: what steers it. */
  readonly policy?: RecordedPolicy | undefined;
  /** First line, and where it has changed: the address, without user info and query values. */
  readonly url?: string | undefined;
  /** First line: how many of the client's steps were forgotten. The line after it then has `n` = `dropped` + 2. */
  readonly dropped?: number | undefined;

  /** Where `ws.state` changes: the number of the dial. 0 for a first dial, n for the n-th after a loss. */
  readonly attempt?: number | undefined;
  /** Where a back-off begins: how long it lasts, in ms. */
  readonly delay?: number | undefined;
  /** Where the retry decision was made: whether the option `shouldReconnect` made it. */
  readonly decidedBy?: 'default' | 'user' | undefined;
  /** Where a back-off begins: how long the server asked for, in ms. */
  readonly retryAfter?: number | undefined;
  /** Where a back-off begins: the runtime said that it has no network. */
  readonly offline?: true | undefined;

  /** Where a dial or a connection ended: the HTTP status of the answer that ended it. */
  readonly status?: number | undefined;
  /** The close code: of the end, or the one given to `close()`. */
  readonly code?: number | undefined;
  /** The code of the Close that this side sent because the peer broke the protocol. */
  readonly sentCode?: number | undefined;
  /** Whether both sides sent a Close. */
  readonly wasClean?: boolean | undefined;
  /** Whether a call or an abort asked for the end. Absent: no. */
  readonly asked?: true | undefined;
  /** Whether the error says that no later dial can succeed. Absent: no. */
  readonly final?: true | undefined;
  /** The number of the TLS alert with which the other side refused. */
  readonly alert?: number | undefined;
  /** What went wrong. */
  readonly error?: RecordedError | undefined;

  /** Of `socket.answered`: whether anything was received. */
  readonly alive?: boolean | undefined;
  /** Of `socket.answered` and `socket.filled`: how the bytes leave. */
  readonly sending?: RecordedSending | undefined;
  /** Where it has changed: how far the time of day moved away from the monotonic clock, in ms. A machine that sleeps moves it. */
  readonly wall?: number | undefined;

  /** Where a connection ended: messages received by the client so far. */
  readonly messagesIn?: number | undefined;
  /** Messages sent so far. */
  readonly messagesOut?: number | undefined;
  /** Bytes received in messages so far. */
  readonly bytesIn?: number | undefined;
  /** Bytes sent in messages so far. */
  readonly bytesOut?: number | undefined;
}

/** How a member of a line is typed in JSON. */
type Kind = 'string' | 'number' | 'boolean' | 'object';

/** Actions of the chart by which a call or an abort ends a dial, a connection or a client. */
export const ASKED_BY: ReadonlySet<string> = new Set([
  'announceAskedLoss',
  'announceReplacedLoss',
  'announceTermination',
  'announceEnd',
]);

/** The members that every line has. */
export const REQUIRED: Readonly<Record<string, Kind>> = {
  t: 'number',
  c: 'string',
  n: 'number',
  event: 'string',
  from: 'string',
  to: 'string',
};

/** The members that a line may have. Others are for later versions, and are not read. */
export const OPTIONAL: Readonly<Record<string, Kind>> = {
  policy: 'object',
  url: 'string',
  dropped: 'number',
  attempt: 'number',
  delay: 'number',
  decidedBy: 'string',
  retryAfter: 'number',
  offline: 'boolean',
  status: 'number',
  code: 'number',
  sentCode: 'number',
  wasClean: 'boolean',
  asked: 'boolean',
  final: 'boolean',
  alert: 'number',
  error: 'object',
  alive: 'boolean',
  sending: 'object',
  wall: 'number',
  messagesIn: 'number',
  messagesOut: 'number',
  bytesIn: 'number',
  bytesOut: 'number',
};
