/**
 * What the options of `recker connect` mean: those of the client, and what the command itself does.
 *
 * No message of an error has a header's value or the user info of an address.
 */
import { readFile } from 'node:fs/promises';
import type { WebSocketOptions } from '../index.js';
import { UsageError } from './command.js';
import { reasonOf } from './files.js';

/** The options as they were given. */
export interface ConnectValues {
  readonly header?: readonly string[];
  readonly protocol?: readonly string[];
  readonly proxy?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
  readonly compress?: boolean;
  readonly attempts?: string;
  readonly once?: string;
  readonly timeout?: string;
  readonly listen?: boolean;
  readonly wait?: string;
  readonly binary?: boolean;
  readonly base64?: boolean;
  readonly multiline?: boolean;
  readonly json?: boolean;
  readonly record?: string;
  readonly view?: boolean;
}

/** What the command itself does. */
export interface Plan {
  /** The message of --once. */
  readonly once: string | Uint8Array | undefined;
  /** In ms. */
  readonly timeout: number;
  readonly listen: boolean;
  /** In ms. */
  readonly wait: number;
  readonly attempts: number;
  /** What is read is the text of binary messages. */
  readonly binary: 'hex' | 'base64' | undefined;
  readonly base64: boolean;
  readonly multiline: boolean;
  readonly json: boolean;
}

/** Node's timers take no more. */
const MOST_SECONDS = 2_147_483;

/** @throws UsageError for values that are wrong, or that contradict each other */
export function planOf(values: ConnectValues): Plan {
  const { once, listen = false, base64 = false } = values;
  if (once !== undefined && listen) throw new UsageError('--once and --listen exclude each other');
  if (values.timeout !== undefined && once === undefined) throw new UsageError('--timeout needs --once');
  if (values.wait !== undefined && (listen || once !== undefined)) {
    throw new UsageError('--wait is for the end of stdin, which --once and --listen do not read');
  }
  const binary = values.binary === true ? (base64 ? 'base64' : 'hex') : undefined;
  return {
    once: once === undefined || binary === undefined ? once : bytesOf(once, binary, '--once'),
    timeout: seconds('timeout', values.timeout, 10, 0.001),
    wait: seconds('wait', values.wait, 0, 0),
    attempts: count('attempts', values.attempts, 5),
    listen,
    binary,
    base64,
    multiline: values.multiline ?? false,
    json: values.json ?? false,
  };
}

/** @throws UsageError for a header without a colon, or a file that cannot be read */
export async function clientOptions(values: ConnectValues, { attempts }: Plan): Promise<WebSocketOptions> {
  const { header = [], protocol = [], proxy, insecure, compress } = values;
  const [ca, cert, key] = await Promise.all([values.ca, values.cert, values.key].map(pem));
  const tls = { ca, cert, key, ...(insecure === true ? { rejectUnauthorized: false } : {}) };
  return {
    reconnect: true,
    maxReconnectAttempts: attempts,
    ...(header.length > 0 ? { headers: header.map(headerOf) } : {}),
    ...(protocol.length > 0 ? { protocols: protocol } : {}),
    ...(proxy !== undefined ? { proxy } : {}),
    ...(Object.values(tls).some((value) => value !== undefined) ? { tls } : {}),
    ...(compress === true ? { perMessageDeflate: true } : {}),
  };
}

/** The bytes of a line of hex or base64. @throws UsageError, which names `what` */
export function bytesOf(text: string, encoding: 'hex' | 'base64', what: string): Uint8Array {
  const digits = text.replace(/\s+/g, '').replace(encoding === 'hex' ? /^0x/i : /^/, '');
  const isValid =
    encoding === 'hex'
      ? /^(?:[0-9a-f]{2})*$/i.test(digits)
      : /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(digits);
  if (!isValid) throw new UsageError(`${what} is not ${encoding}`);
  return Buffer.from(digits, encoding);
}

function headerOf(given: string): readonly [string, string] {
  const colon = given.indexOf(':');
  if (colon < 1) throw new UsageError("--header takes 'NAME: VALUE'");
  return [given.slice(0, colon).trim(), given.slice(colon + 1).trim()];
}

async function pem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** In ms. */
function seconds(name: string, given: string | undefined, byDefault: number, least: number): number {
  const value = given === undefined ? byDefault : number(given);
  if (!(value >= least && value <= MOST_SECONDS)) {
    throw new UsageError(
      `--${name} takes seconds, from ${least} to ${MOST_SECONDS}, not "${given ?? byDefault}"`,
    );
  }
  return value * 1000;
}

function count(name: string, given: string | undefined, byDefault: number): number {
  const value = given === undefined ? byDefault : number(given);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new UsageError(`--${name} takes a whole number, not "${given}"`);
  }
  return value;
}

const number = (text: string): number => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN);
