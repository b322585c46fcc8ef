// biome-ignore-all lint/correctness/noComponentHookFactories: a row named Map is no component.
/** Data of other realms and classes, in each way of sending it: the table of docs/values.md, cell by cell. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';
import { hold, using } from '../support/tables.js';

let server: WebSocketServer;
let base: string;

beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (peer: WebSocket) => {
    peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
  });
  base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  for (const peer of server.clients) peer.terminate();
  server.close();
});

const BYTES = [1, 2, 3, 4, 5, 6, 7, 8];

describe('data', () => {
  /** Resolves with the verdict when the echo is there. */
  const echoed = async (ws: ReckerWebSocket, act: () => unknown): Promise<string> => {
    const message = once(ws, 'message');
    message.catch(() => {});
    await act();
    const [{ data }] = await message;
    return data === 'text' || (typeof data !== 'string' && Buffer.compare(data, Buffer.from(BYTES)) === 0)
      ? 'sent'
      : `changed: ${data}`;
  };
  const heartbeat = (value: unknown): Promise<string> =>
    using(new ReckerWebSocket(base, { heartbeatMessage: value as never }), async (ws) => {
      const failed = new Promise<string>((resolve) => ws.on('error', ({ name }) => resolve(name)));
      return Promise.race([echoed(ws, () => ws.ping()), failed]);
    });
  /** What jsdom gives a page: no `arrayBuffer()`, and a reader. */
  class PageBlob {
    readonly size = BYTES.length;
    readonly type = '';
    slice() {}
    get [Symbol.toStringTag]() {
      return 'Blob';
    }
  }
  class PageReader {
    result: unknown;
    onload: (() => void) | undefined;
    readAsArrayBuffer() {
      this.result = runInNewContext(`Uint8Array.from(${JSON.stringify(BYTES)}).buffer`);
      setImmediate(() => this.onload?.());
    }
  }
  class OtherBlob {
    readonly size = BYTES.length;
    readonly type = '';
    slice() {}
    async arrayBuffer() {
      return Uint8Array.from(BYTES).buffer;
    }
    get [Symbol.toStringTag]() {
      return 'Attachment';
    }
  }
  const shared = (): SharedArrayBuffer => {
    const buffer = new SharedArrayBuffer(BYTES.length);
    new Uint8Array(buffer).set(BYTES);
    return buffer;
  };
  beforeAll(() => vi.stubGlobal('FileReader', PageReader));
  afterAll(() => vi.unstubAllGlobals());
  hold(
    'values.md',
    'queued send()',
    {
      text: () => 'text',
      Buffer: () => Buffer.from(BYTES),
      Uint8Array: () => Uint8Array.from([0, ...BYTES]).subarray(1),
      'Uint8Array of another realm': () => runInNewContext(`Uint8Array.from(${JSON.stringify(BYTES)})`),
      DataView: () => new DataView(Uint8Array.from([0, ...BYTES]).buffer, 1),
      'Float64Array of another realm': () =>
        runInNewContext(`new Float64Array(Uint8Array.from(${JSON.stringify(BYTES)}).buffer)`),
      ArrayBuffer: () => Uint8Array.from(BYTES).buffer,
      'ArrayBuffer of another realm': () =>
        runInNewContext(`Uint8Array.from(${JSON.stringify(BYTES)}).buffer`),
      'a view of a SharedArrayBuffer': () => new Uint8Array(shared()),
      Blob: () => new Blob([Uint8Array.from(BYTES)]),
      File: () => new File([Uint8Array.from(BYTES)], 'bytes'),
      'a Blob of another class, with arrayBuffer()': () => new OtherBlob(),
      "jsdom's Blob, read by a FileReader": () => new PageBlob(),
      SharedArrayBuffer: shared,
      'a view whose buffer was transferred': () => {
        const bytes = Uint8Array.from(BYTES);
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        return bytes;
      },
      'a String object': () => new String('text'),
      'a list of numbers': () => BYTES,
      'an object': () => ({ type: 'x' }),
      'a promise': () => Promise.resolve('text'),
      'a number': () => 5,
      null: () => null,
    },
    {
      'send()': (value) =>
        using(new ReckerWebSocket(base), (ws) => echoed(ws, () => ws.send(value as never))),
      'queued send()': (value) => {
        const ws = new ReckerWebSocket(base);
        const sent = echoed(ws, () => void ws.send(value as never));
        sent.catch(() => {});
        return using(ws, () => sent);
      },
      heartbeatMessage: heartbeat,
      'function of heartbeatMessage': (value) => heartbeat(() => value),
    },
  );
});
