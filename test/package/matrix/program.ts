// What Node's types bring.
import { Buffer } from 'node:buffer';
import { EventEmitter, errorMonitor, once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stdout } from 'node:process';
import { PassThrough } from 'node:stream';
import { createClient } from 'recker';
import { createLiveView } from 'recker/inspect';

const ws = createClient().ws('wss://x');
const emitter: NodeJS.EventEmitter = ws;
const isOne: boolean = ws instanceof EventEmitter;

ws.on('message', ({ data }) => {
  if (typeof data !== 'string') {
    const bytes: Buffer = data;
    bytes.readUInt8(0);
  }
});
ws.on(errorMonitor, (error) => error.message);
ws.once('undelivered', (data) => typeof data);

export async function run(signal: AbortSignal): Promise<unknown> {
  await once(ws, 'open', { signal });
  await ws.send(Buffer.from('x'));
  await ws.pipeFrom(createReadStream('file'), { signal });
  await ws.pipeTo(stdout);
  await ws.pipeTo(new PassThrough(), { end: undefined });
  const view = await createLiveView({ port: undefined, bounds: { connections: undefined } });
  return [emitter, isOne, view.url];
}
