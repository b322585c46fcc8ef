/**
 * What OpenTelemetry gets of a refused dial, a connection and its end: `npx tsx examples/recipes/openTelemetry.demo.ts`. Ends
 * by itself. It prints what the API of OpenTelemetry would be called with.
 */
import { ReckerWebSocket } from '../../src/index.js';
import { FaultServer } from '../../src/testing/index.js';
import { type Attributes, type Meter, observeRecker, type Tracer } from './openTelemetry.js';

const write = (what: string, attributes: Attributes) => {
  const { 'server.port': _, 'url.full': __, 'recker.connection.id': ___, ...shown } = attributes;
  console.log(what, JSON.stringify(shown));
};
const instrument = (name: string) => ({
  add: (value: number, attributes: Attributes) => write(`${name} ${value}`, attributes),
  record: (_value: number, attributes: Attributes) => write(name, attributes),
});
const meter: Meter = {
  createHistogram: instrument,
  createCounter: instrument,
  createUpDownCounter: instrument,
};
const tracer: Tracer = {
  startSpan(name, { attributes }) {
    write(`span ${name} begins`, attributes);
    let status = 'unset';
    return {
      setAttributes: (added) => write('span', added),
      setStatus: ({ code }) => {
        status = code === 2 ? 'error' : 'ok';
      },
      end: () => console.log(`span ends: ${status}`),
    };
  },
};

const stop = observeRecker(tracer, meter);
const server = await FaultServer.start();
server.refuse(503);
const ws = new ReckerWebSocket(server.url('/room?token=secret'), { reconnect: true, reconnectDelay: 20 });
ws.on('error', () => {});
const connected = ws.connect();
await new Promise((resolve) => ws.once('reconnecting', resolve));
server.accept();
await connected;
await ws.close();
stop();
await server.stop();
