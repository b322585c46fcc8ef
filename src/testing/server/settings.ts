/**
 * The options of an examination, checked and with their defaults.
 *
 * Must not know: what the checks make of them.
 */
import { ConfigurationError, redactText } from '../../port/index.js';
import { isLoopback, type Target, targetOf } from './target.js';
import type { CheckServerOptions, ServerCheckTls } from './types.js';

/** What the checks go by. */
export interface Settings {
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ServerCheckTls | undefined;
  readonly message: string;
  readonly echo: boolean | undefined;
  readonly timeout: number;
  readonly halfOpenTimeout: number;
  readonly deadline: number;
  readonly connectionsPerSecond: number;
  readonly messageBytes: number;
  readonly fragments: number;
  readonly pings: number;
  readonly clients: number;
  readonly restart: string | (() => void | Promise<void>) | undefined;
  readonly restartTimeout: number;
}

interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly normally: number;
  readonly unit: string;
}

const MINUTES_10 = 600_000;

/** The bounds are what one machine can do to a server without doing harm. */
const NUMBERS = {
  timeout: { least: 1, most: 60_000, normally: 3000, unit: 'ms' },
  halfOpenTimeout: { least: 0, most: MINUTES_10, normally: 45_000, unit: 'ms' },
  deadline: { least: 1, most: MINUTES_10, normally: 60_000, unit: 'ms' },
  connectionsPerSecond: { least: 1, most: 1000, normally: 200, unit: 'connections' },
  messageBytes: { least: 1, most: 256 * 2 ** 20, normally: 16 * 2 ** 20, unit: 'bytes' },
  fragments: { least: 2, most: 1_000_000, normally: 10_000, unit: 'fragments' },
  pings: { least: 2, most: 100_000, normally: 1000, unit: 'Pings' },
  clients: { least: 1, most: 1000, normally: 100, unit: 'clients' },
  restartTimeout: { least: 1, most: MINUTES_10, normally: 30_000, unit: 'ms' },
} as const satisfies Readonly<Record<string, NumberRule>>;

const OTHERS = ['yesIMayTestThisServer', 'headers', 'protocols', 'tls', 'only', 'message', 'echo', 'restart'];
const REST = ['signal', 'onPlan', 'onCheck'];
const TLS_NAMES = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'];

/**
 * Checks URL and options.
 *
 * @throws ConfigurationError naming what is wrong
 */
export function settle(url: unknown, options: CheckServerOptions): Settings {
  refuseUnknown(options, [...Object.keys(NUMBERS), ...OTHERS, ...REST]);
  const target = targetOf(url);
  if (!isLoopback(target.host) && options.yesIMayTestThisServer !== true) {
    throw new ConfigurationError(
      'yesIMayTestThisServer',
      `${target.host} is not loopback. An examination sends invalid frames, large messages and many connections: ` +
        'where you may do that to this server, set yesIMayTestThisServer (--yes-i-may-test-this-server)',
    );
  }
  const { message = 'recker', echo, tls, restart } = options;
  if (typeof message !== 'string' || message === '')
    throw wrong('message', 'a text that is not empty', message);
  if (Buffer.byteLength(message) > 65_535) throw wrong('message', 'at most 65,535 bytes of UTF-8', 'more');
  if (echo !== undefined && typeof echo !== 'boolean') throw wrong('echo', 'true or false', echo);
  if (restart !== undefined && typeof restart !== 'string' && typeof restart !== 'function') {
    throw wrong('restart', 'a command or a function', restart);
  }
  if (tls !== undefined) {
    if (typeof tls !== 'object' || tls === null) throw wrong('tls', 'an object', tls);
    refuseUnknown(tls, TLS_NAMES, 'tls.');
    if (!target.secure) throw new ConfigurationError('tls', 'tls needs a wss: URL');
  }
  return {
    target,
    headers: headersOf(options),
    tls,
    message,
    echo,
    restart,
    ...numbersOf(options),
  };
}

function numbersOf(options: CheckServerOptions): Readonly<Record<keyof typeof NUMBERS, number>> {
  const entries = Object.entries(NUMBERS).map(([name, { least, most, normally, unit }]) => {
    const value = options[name as keyof typeof NUMBERS] ?? normally;
    if (!Number.isInteger(value) || value < least || value > most) {
      throw wrong(name, `a whole number of ${unit}, ${least} to ${most}`, value);
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as Record<keyof typeof NUMBERS, number>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
/** Control characters, and what latin1 cannot hold (RFC 9110 §5.5). */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
/** The handshake's own. */
const OWN = /^(?:upgrade|connection|sec-websocket-(?:key|version|accept|extensions))$/i;

function headersOf({ headers = {}, protocols }: CheckServerOptions): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) throw wrong('headers', 'a record', headers);
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) throw new ConfigurationError('headers', 'a name of headers is no token of HTTP');
    if (OWN.test(name)) throw new ConfigurationError('headers', `${name} belongs to the handshake`);
    if (typeof value !== 'string' || FORBIDDEN.test(value)) {
      throw new ConfigurationError('headers', `the value of ${name} is no value of a header`);
    }
  }
  const offered = protocols === undefined ? [] : typeof protocols === 'string' ? [protocols] : protocols;
  if (!Array.isArray(offered) || offered.some((each) => typeof each !== 'string' || !TOKEN.test(each))) {
    throw wrong('protocols', 'subprotocols, each a token of HTTP', protocols);
  }
  return { ...headers, ...(offered.length > 0 && { 'Sec-WebSocket-Protocol': offered.join(', ') }) };
}

function refuseUnknown(options: unknown, known: readonly string[], prefix = ''): void {
  if (typeof options !== 'object' || options === null) throw wrong('options', 'an object', options);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      prefix + unknown,
      `checkServer() has no option ${prefix}${redactText(unknown)}; it has ${known.map((name) => prefix + name).join(', ')}`,
    );
  }
}

function wrong(option: string, allowed: string, given: unknown): ConfigurationError {
  const shown = typeof given === 'number' ? String(given) : typeof given;
  return new ConfigurationError(option, `${option} takes ${allowed}; got ${shown}`);
}
