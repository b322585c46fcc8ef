/**
 * Publishes on Node's `diagnostics_channel` what happens to a client, for metrics and traces of a whole process.
 *
 * Owns: what is published of each event. Nothing is made where a channel has no subscriber. What a subscriber throws, Node
 * reports as an uncaught error (https://nodejs.org/api/diagnostics_channel.html): it reaches no code of ours.
 */
import { channel } from 'node:diagnostics_channel';
import { redactError, redactUrl } from '../../machine/index.js';
import { byteLength } from '../platform.js';
import type { CloseInfo, SendData } from '../types.js';
import type {
  DiagnosedClient,
  DiagnosticError,
  DiagnosticEvents,
  DiagnosticSource,
} from './diagnosticEvents.js';
import type { Announcement } from './translate.js';

const DIAL = channel('recker:dial');
const OPEN = channel('recker:open');
const CLOSE = channel('recker:close');
const RETRY = channel('recker:retry');
const HEARTBEAT_TIMEOUT = channel('recker:heartbeat-timeout');
const UNDELIVERED = channel('recker:undelivered');

/** A dial begins. No event of a client reports it, so it gets its own place in the queue of events. */
export function publishDial(
  client: DiagnosedClient & { readonly announcer: { add(delivery: () => void): void } },
  attempt: number,
): void {
  if (!DIAL.hasSubscribers) return;
  client.announcer.add(() => {
    DIAL.publish({ ...sourceOf(client), attempt } satisfies DiagnosticEvents['recker:dial']);
  });
}

/** Called before the listeners of each event. */
export function publish(
  { client }: { readonly client: DiagnosedClient },
  { event, args }: Announcement,
): void {
  switch (event) {
    case 'open': {
      if (!OPEN.hasSubscribers) return;
      const [{ attempt, reconnected, downtime }] = args;
      const opened: DiagnosticEvents['recker:open'] = {
        ...sourceOf(client),
        attempt,
        reconnected,
        downtime,
      };
      OPEN.publish(opened);
      return;
    }
    case 'close':
      if (CLOSE.hasSubscribers) CLOSE.publish(closeOf(client, args[0], args[2]));
      return;
    case 'reconnecting': {
      if (!RETRY.hasSubscribers) return;
      const [attempt, delay] = args;
      RETRY.publish({ ...sourceOf(client), attempt, delay } satisfies DiagnosticEvents['recker:retry']);
      return;
    }
    case 'heartbeat-timeout':
      if (HEARTBEAT_TIMEOUT.hasSubscribers) HEARTBEAT_TIMEOUT.publish(sourceOf(client));
      return;
    case 'undelivered':
      if (UNDELIVERED.hasSubscribers) UNDELIVERED.publish(undeliveredOf(client, ...args));
  }
}

const sourceOf = ({ connectionId, url }: DiagnosedClient): DiagnosticSource => ({
  connectionId,
  url: url === '' ? '' : redactUrl(url),
});

function errorOf(error: Error): DiagnosticError {
  const { message: _, ...shown } = redactError(error);
  return shown;
}

function closeOf(
  client: DiagnosedClient,
  code: number,
  { wasClean, willReconnect, unsentBytes, error }: CloseInfo,
): DiagnosticEvents['recker:close'] {
  return {
    ...sourceOf(client),
    code,
    wasClean,
    willReconnect,
    unsentBytes,
    ...(error === undefined ? {} : { error: errorOf(error) }),
  };
}

function undeliveredOf(
  client: DiagnosedClient,
  data: SendData,
  error: Error,
): DiagnosticEvents['recker:undelivered'] {
  const isText = typeof data === 'string';
  const bytes = isText ? byteLength(data) : 'size' in data ? data.size : data.byteLength;
  return { ...sourceOf(client), bytes, isBinary: !isText, error: errorOf(error) };
}
