/** The recipe for OpenTelemetry, with the real channels and the part of the API that it uses. */
import { execFile } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import {
  type Attributes,
  type Meter,
  observeRecker,
  type Tracer,
} from '../../examples/recipes/openTelemetry.js';
import { ReckerWebSocket } from '../../src/index.js';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';

/** Keeps what it is called with: the sums of the metrics, and the spans. */
class Telemetry {
  readonly sums = new Map<string, number>();
  readonly units = new Map<string, string>();
  readonly attributes: Attributes[] = [];
  readonly spans: { attributes: Attributes; status: number; ended: number }[] = [];

  readonly #instrument = (name: string, { unit }: { unit: string }) => {
    this.units.set(name, unit);
    const add = (value: number, attributes: Attributes) => {
      this.sums.set(name, (this.sums.get(name) ?? 0) + value);
      this.attributes.push(attributes);
    };
    return { add, record: add };
  };

  readonly meter: Meter = {
    createHistogram: this.#instrument,
    createCounter: this.#instrument,
    createUpDownCounter: this.#instrument,
  };

  readonly tracer: Tracer = {
    startSpan: (name, { kind, attributes }) => {
      expect([name, kind]).toEqual(['GET', 2]);
      const span = { attributes, status: 0, ended: 0 };
      this.spans.push(span);
      return {
        setAttributes: (added) => Object.assign(span.attributes, added),
        setStatus: ({ code }) => {
          span.status = code;
        },
        end: () => {
          span.ended += 1;
        },
      };
    },
  };
}

it('counts dials, connections, retries, silent peers and lost messages of all clients', async () => {
  const { sums, units, spans, attributes, meter, tracer } = new Telemetry();
  const stop = observeRecker(tracer, meter);
  const server = await FaultServer.start();
  const relay = await TcpRelay.start({ port: server.port });
  const silent = new ReckerWebSocket(`${relay.url('/a')}?token=s3cret`, {
    heartbeatInterval: 30,
    heartbeatTimeout: 20,
  });
  const calm = new ReckerWebSocket(server.url('/b'));
  const refused = new ReckerWebSocket(server.url('/c'), {
    reconnect: true,
    reconnectDelay: 1,
    maxReconnectAttempts: 1,
    headers: { Authorization: 's3cret' },
  });
  refused.on('error', () => {});
  await Promise.all([silent.connect(), calm.connect()]);
  expect(sums.get('recker.connections')).toBe(2);
  const lost = new Promise((resolve) => silent.once('close', resolve));
  relay.freeze();
  await lost;
  server.refuse(503);
  refused.send('s3cret').catch(() => {});
  await new Promise<void>((resolve) => refused.once('max-reconnect-attempts', () => resolve()));
  await calm.close();

  expect(Object.fromEntries(sums)).toEqual({
    'http.client.request.duration': expect.any(Number),
    'recker.connection.duration': expect.any(Number),
    'recker.connections': 0,
    'recker.retries': 1,
    'recker.heartbeat_timeouts': 1,
    'recker.undelivered_messages': 1,
  });
  expect(Object.fromEntries(units)).toMatchObject({
    'http.client.request.duration': 's',
    'recker.connections': '{connection}',
  });
  expect(spans.map(({ status, ended }) => [status, ended])).toEqual([
    [0, 1],
    [0, 1],
    [2, 1],
    [2, 1],
  ]);
  expect(spans.at(-1)?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.request.resend_count': 1,
    'http.response.status_code': 503,
    'error.type': '503',
    'recker.connection.id': expect.any(String),
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'url.full': server.url('/c'),
    'url.scheme': 'ws',
  });
  expect(JSON.stringify([spans, attributes])).not.toContain('s3cret');
  // Each combination of attributes is a time series: none may name a client or a path.
  expect(attributes.filter((each) => 'url.full' in each || 'recker.connection.id' in each)).toEqual([]);

  stop();
  expect(channel('recker:dial').hasSubscribers).toBe(false);
  await relay.close();
  await server.stop();
});

it('the program prints what OpenTelemetry gets', async () => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'examples/recipes/openTelemetry.demo.ts'],
    { timeout: 20_000 },
  );
  expect(stderr).toBe('');
  expect(stdout.split('\n').map((line) => line.replace(/ \{.*/, ''))).toEqual([
    'span GET begins',
    'span',
    'span ends: error',
    'http.client.request.duration',
    'recker.retries 1',
    'span GET begins',
    'span',
    'span ends: unset',
    'http.client.request.duration',
    'recker.connections 1',
    'recker.connections -1',
    'recker.connection.duration',
    '',
  ]);
});
