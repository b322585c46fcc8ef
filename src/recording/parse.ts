/**
 * Reads recordings.
 *
 * Owns: what counts as a recording of version 1. Must not know: the chart, or whether it allows the steps.
 */
import { ConfigurationError } from '../port/index.js';
import {
  OPTIONAL,
  RECORDING_FORMAT,
  RECORDING_VERSION,
  REQUIRED,
  type RecordedPolicy,
  type RecordedStep,
  type RecordingHeader,
} from './format.js';

/** A step with the number of its line; the header is line 1. */
export type ParsedStep = RecordedStep & { readonly line: number };

/** A recording that was read whole. */
export interface ParsedRecording {
  /** The first line. */
  readonly header: RecordingHeader;
  /** The other lines, in order. */
  readonly steps: readonly ParsedStep[];
  /** Whether the last line does not parse: the recording was cut. The rest is used. */
  readonly truncated: boolean;
}

/**
 * Reads a recording.
 *
 * @throws ConfigurationError where `text` is no recording of version 1. A last line that is cut is none of its reasons.
 */
export function parseRecording(text: string): ParsedRecording {
  const steps: ParsedStep[] = [];
  const { header, truncated } = readRecording(text, (step) => steps.push(step));
  return { header, steps, truncated };
}

/** As `parseRecording()`, without keeping the steps: `onStep` gets one after the other. */
export function readRecording(
  text: string,
  onStep: (step: ParsedStep, header: RecordingHeader) => unknown,
): { readonly header: RecordingHeader; readonly truncated: boolean } {
  if (typeof text !== 'string') throw refusal(`expected the text of a recording, got ${typeof text}`);
  // Some editors put a byte order mark in front.
  let begin = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 0;
  let header: RecordingHeader | undefined;
  while (begin < text.length) {
    const newline = text.indexOf('\n', begin);
    const end = newline < 0 ? text.length : newline;
    const written = text.slice(begin, end);
    begin = end + 1;
    line += 1;
    const value = parsed(written);
    if (header === undefined) {
      header = headerOf(value);
    } else if (value === undefined) {
      const isLast = text.slice(begin).trim() === '';
      if (isLast) return { header, truncated: written.trim() !== '' };
      throw refusal(`line ${line} is not JSON`);
    } else {
      onStep(stepOf(value, line), header);
    }
  }
  if (header === undefined) throw refusal('the text is empty');
  return { header, truncated: false };
}

function refusal(why: string): ConfigurationError {
  return new ConfigurationError(
    'recording',
    `This is not a recording of version ${RECORDING_VERSION}: ${why}`,
  );
}

/** `undefined` where it is not JSON, which cannot be a value of JSON. */
function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function headerOf(value: unknown): RecordingHeader {
  if (!isObject(value) || value.format !== RECORDING_FORMAT)
    throw refusal(`line 1 is no header with "format": "${RECORDING_FORMAT}"`);
  if (value.version !== RECORDING_VERSION)
    throw refusal(`its version is ${typeof value.version === 'number' ? value.version : 'unknown'}`);
  if (typeof value.recker !== 'string' || typeof value.chart !== 'string')
    throw refusal('the header lacks "recker" or "chart"');
  if (value.dropped !== undefined && !isCount(value.dropped))
    throw refusal('"dropped" of the header is no count');
  return value as unknown as RecordingHeader;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const KINDS = new Map(Object.entries(OPTIONAL));

function stepOf(value: unknown, line: number): ParsedStep {
  if (!isObject(value)) throw refusal(`line ${line} is no step`);
  for (const name in REQUIRED) {
    if (typeof value[name] !== REQUIRED[name])
      throw refusal(`line ${line} has no ${REQUIRED[name]} "${name}"`);
  }
  if (!Number.isFinite(value.t) || !isCount(value.n)) throw refusal(`"t" or "n" of line ${line} is no count`);
  for (const name in value) {
    const kind = KINDS.get(name);
    const member = value[name];
    if (kind !== undefined && (typeof member !== kind || member === null))
      throw refusal(`"${name}" of line ${line} is no ${kind}`);
  }
  if (value.policy !== undefined) checkPolicy(value.policy as Partial<RecordedPolicy>, line);
  (value as { line?: number }).line = line;
  return value as unknown as ParsedStep;
}

const TIMES = [
  'reconnectDelay',
  'maxReconnectDelay',
  'maxReconnectAttempts',
  'minUptime',
  'heartbeatInterval',
  'heartbeatTimeout',
  'connectTimeout',
  'prepareTimeout',
  'closeTimeout',
] as const;

function checkPolicy(policy: Partial<RecordedPolicy>, line: number): void {
  for (const name of TIMES) {
    if (!((policy[name] ?? -1) >= 0))
      throw refusal(`"${name}" of the policy in line ${line} is no time or count`);
  }
  for (const name of ['reconnect', 'prepare'] as const) {
    if (typeof policy[name] !== 'boolean')
      throw refusal(`"${name}" of the policy in line ${line} is no boolean`);
  }
  if (!['none', 'equal', 'full'].includes(String(policy.reconnectJitter)))
    throw refusal(`"reconnectJitter" of the policy in line ${line} is unknown`);
}
