/**
 * How what the chart reports to an inspector leaves the client: named, redacted, and unable to harm the chart.
 *
 * Nothing of this is made where the option `inspect` is not given.
 */
import { type InspectionLike, redactInspection, redactUrl } from '../../machine/index.js';
import { type ParsedUrl, parseUrl } from '../../port/index.js';
import type { ClientTraits, Inspect, LookAtClient, WebSocketOptions } from '../options/index.js';
import type { WebSocketStats } from '../types.js';
import { errorOf, isObject } from '../values/index.js';

/** What of the client an inspector may look at. */
export interface Inspected {
  readonly url: string;
  stats(): WebSocketStats;
  /** The inspector threw: an `error` of the client. */
  onUserError(error: Error): void;
}

/** What XState's `createActor` is given. */
export interface InspectionOptions {
  /** The actor's name. */
  readonly id: string;
  readonly inspect: (event: InspectionLike) => void;
}

/** Inspected clients so far: two to the same host and path still differ by name. */
let count = 0;

/** E.g. `chat.example.com/room #3`: host and path, no credentials, no query. */
function nameOf(url: string): string {
  count += 1;
  if (url === '') return `(url provider) #${count}`;
  const { host, pathname } = parseUrl(url) as ParsedUrl;
  return `${host}${pathname === '/' ? '' : pathname} #${count}`;
}

/**
 * The part of the actor's options that reports to an inspector. What the inspector throws, or rejects with, is an
 * `error` of the client: it must not end the chart.
 */
export function inspection(
  inspect: Inspect,
  client: Inspected,
  options: WebSocketOptions,
): InspectionOptions {
  const next =
    typeof inspect === 'function'
      ? inspect
      : (event: ReturnType<typeof redactInspection>) => inspect.next?.(event);
  const watch = typeof inspect === 'function' ? undefined : inspect.watch?.bind(inspect);
  let isWatched = watch === undefined;
  const onThrow = (thrown: unknown) => client.onUserError(errorOf(thrown, 'inspect'));
  return {
    id: nameOf(client.url),
    inspect(event) {
      try {
        if (!isWatched) {
          isWatched = true;
          watch?.(event.rootId, lookAt(client), traitsOf(options));
        }
        const returned: unknown = next(redactInspection(event));
        if (isObject(returned) && typeof returned.then === 'function')
          Promise.resolve(returned).catch(onThrow);
      } catch (thrown) {
        onThrow(thrown);
      }
    },
  };
}

/** A look at the counters that does not keep the client: a long-lived inspector must not be why memory grows. */
function lookAt(client: Inspected): LookAtClient {
  const reference = new WeakRef(client);
  let url = '';
  let shown = '';
  return () => {
    const found = reference.deref();
    if (found === undefined) return undefined;
    if (found.url !== url) {
      url = found.url;
      shown = redactUrl(url);
    }
    return { url: shown, stats: found.stats() };
  };
}

const traitsOf = ({ clock, shouldReconnect, heartbeatMessage }: WebSocketOptions): ClientTraits => ({
  clock,
  shouldReconnect: shouldReconnect !== undefined,
  heartbeatMessage: heartbeatMessage !== undefined,
});
