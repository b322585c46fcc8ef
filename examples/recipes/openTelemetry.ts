/**
 * OpenTelemetry metrics and spans of every client in the process, from the diagnostics channels of `recker`.
 * `openTelemetry.demo.ts` runs it.
 *
 * Names are those of the semantic conventions 1.37 where they have one: a dial is an HTTP request, so its span and its
 * duration follow the conventions for HTTP clients (https://opentelemetry.io/docs/specs/semconv/http/). They have no names for
 * WebSockets (https://github.com/open-telemetry/semantic-conventions/issues/2841) or for connections in general: what is about
 * those begins with `recker.`.
 *
 * In a project of your own: npm install recker @opentelemetry/api, and call it with `trace.getTracer('recker')` and
 * `metrics.getMeter('recker')`. The types below are the part of that API that is used.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticError, DiagnosticEvents, DiagnosticSource } from '../../src/index.js';

export type Attributes = Record<string, string | number | boolean>;

export interface Span {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

export interface Tracer {
  startSpan(name: string, options: { kind: number; attributes: Attributes }): Span;
}

interface Instrument {
  readonly description: string;
  readonly unit: string;
}

export interface Meter {
  createHistogram(name: string, options: Instrument): { record(value: number, attributes: Attributes): void };
  createCounter(name: string, options: Instrument): { add(value: number, attributes: Attributes): void };
  createUpDownCounter(
    name: string,
    options: Instrument,
  ): { add(value: number, attributes: Attributes): void };
}

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of `@opentelemetry/api`. */
const [CLIENT, ERROR] = [2, 2];

/** A dial, or the connection that it became. Times in ms. */
interface Connection {
  readonly attributes: Attributes;
  readonly dialledAt: number;
  /** Ends with the dial: a span of a connection that lasts for hours would be exported after these hours. */
  readonly span: Span;
  openedAt?: number;
}

/** Observes every client of the process. @returns ends it */
export function observeRecker(tracer: Tracer, meter: Meter): () => void {
  const dials = meter.createHistogram('http.client.request.duration', {
    description: 'Duration of the dials, until the connection was open',
    unit: 's',
  });
  const durations = meter.createHistogram('recker.connection.duration', {
    description: 'How long connections were open',
    unit: 's',
  });
  const open = meter.createUpDownCounter('recker.connections', {
    description: 'Connections that are open',
    unit: '{connection}',
  });
  const retries = meter.createCounter('recker.retries', {
    description: 'Dials that were scheduled after a loss',
    unit: '{dial}',
  });
  const timeouts = meter.createCounter('recker.heartbeat_timeouts', {
    description: 'Peers that answered no Ping in time',
    unit: '{timeout}',
  });
  const undelivered = meter.createCounter('recker.undelivered_messages', {
    description: 'Messages that will not be sent',
    unit: '{message}',
  });
  const connections = new Map<string, Connection>();
  const now = () => performance.now();

  const listeners: { [Channel in keyof DiagnosticEvents]: (event: DiagnosticEvents[Channel]) => void } = {
    'recker:dial'({ connectionId, url, attempt }) {
      const attributes = { 'http.request.method': 'GET', ...serverOf({ connectionId, url }) };
      const span = tracer.startSpan('GET', {
        kind: CLIENT,
        attributes: {
          ...attributes,
          'url.full': url,
          'recker.connection.id': connectionId,
          ...(attempt === 0 ? {} : { 'http.request.resend_count': attempt }),
        },
      });
      connections.set(connectionId, { attributes, span, dialledAt: now() });
    },
    'recker:open'(event) {
      const found = connections.get(event.connectionId);
      if (found === undefined) return;
      const answer = { 'http.response.status_code': 101 };
      found.span.setAttributes(answer);
      found.span.end();
      dials.record((now() - found.dialledAt) / 1000, { ...found.attributes, ...answer });
      found.openedAt = now();
      open.add(1, serverOf(event));
    },
    'recker:close'(event) {
      const found = connections.get(event.connectionId);
      // `close()` of a client without a connection, or one that was dialled before this was called.
      if (found === undefined) return;
      connections.delete(event.connectionId);
      const { code, error } = event;
      if (found.openedAt === undefined) {
        const failure = failureOf(error ?? { name: 'close', code });
        found.span.setAttributes(failure);
        found.span.setStatus({ code: ERROR });
        found.span.end();
        dials.record((now() - found.dialledAt) / 1000, { ...found.attributes, ...failure });
        return;
      }
      open.add(-1, serverOf(event));
      durations.record((now() - found.openedAt) / 1000, {
        ...serverOf(event),
        'recker.close.code': code,
        ...(error === undefined ? {} : failureOf(error)),
      });
    },
    'recker:retry'(event) {
      retries.add(1, serverOf(event));
    },
    'recker:heartbeat-timeout'(event) {
      timeouts.add(1, serverOf(event));
    },
    'recker:undelivered'(event) {
      undelivered.add(1, { ...serverOf(event), ...failureOf(event.error) });
    },
  };
  const subscriptions = Object.entries(listeners) as [string, (event: unknown) => void][];
  for (const [channel, listener] of subscriptions) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of subscriptions) unsubscribe(channel, listener);
  };
}

/** Few values, so metrics may have them: neither the path nor the id of a client is in it. */
function serverOf({ url }: DiagnosticSource): Attributes {
  if (url === '') return {};
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  const standard = scheme === 'wss' ? 443 : 80;
  return { 'server.address': hostname, 'server.port': Number(port || standard), 'url.scheme': scheme };
}

/** `error.type` is the status where there is one, as the conventions for HTTP ask. */
function failureOf({ name, code, status }: DiagnosticError): Attributes {
  const type = { 'error.type': String(status ?? code ?? name) };
  return status === undefined ? type : { ...type, 'http.response.status_code': status };
}
