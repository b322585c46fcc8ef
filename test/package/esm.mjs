// A user of every entry point, as ESM. Copied beside an installed tarball by scripts/check-package.ts.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { ConfigurationError, createClient, nativeTransport, ReckerWebSocket } from 'recker';
import { createLiveView } from 'recker/inspect';
import * as machine from 'recker/machine';
import { useWebSocket } from 'recker/react';
import { connectionPaths, FaultServer } from 'recker/testing';
import { WebSocket } from 'recker/websocket';

const server = await FaultServer.start();
server.echo();
const view = await createLiveView();

// The first example of the README, with an address that is there.
const client = createClient({
  baseUrl: `http://127.0.0.1:${server.port}`,
  websocket: { inspect: view.inspect },
});
const ws = client.websocket('/chat', { reconnect: true });
const messages = ws[Symbol.asyncIterator]();
ws.send('Hello, server!');
assert.deepEqual((await messages.next()).value, { data: 'Hello, server!', isBinary: false });
ws.send(new Uint8Array([1, 2, 3]));
assert.ok(Buffer.isBuffer((await messages.next()).value.data));

// The class of the standard is over the same client.
const socket = new WebSocket(server.url('/class'));
socket.onopen = () => socket.send('Hello, class!');
assert.equal(
  (await new Promise((resolve) => socket.addEventListener('message', resolve))).data,
  'Hello, class!',
);
assert.ok(socket.client instanceof ReckerWebSocket);
socket.close();

// The live view has its page with it.
const page = await fetch(view.url);
assert.equal(page.status, 200);
assert.match(await page.text(), /<html/);
await ws.close();
await view.close();

if (globalThis.WebSocket !== undefined) {
  const native = new ReckerWebSocket(server.url('/'), { transport: nativeTransport });
  const echoed = new Promise((resolve) => native.on('message', ({ data }) => resolve(data)));
  await native.connect();
  native.send('native');
  assert.equal(await echoed, 'native');
  await native.close();
}

// The hooks know a client of `recker`, by whichever way that was loaded.
const required = createRequire(import.meta.url)('recker');
for (const each of [new ReckerWebSocket('ws://x'), new required.ReckerWebSocket('ws://x')]) {
  assert.equal(renderToString(createElement(() => String(useWebSocket(each).ws === each))), 'true');
}
assert.equal(renderToString(createElement(() => useWebSocket('ws://x').state)), 'idle');

// One class for each error, whichever entry it comes by.
assert.equal(ConfigurationError, machine.ConfigurationError);
assert.throws(() => createClient().websocket('/x'), machine.ConfigurationError);
assert.ok(connectionPaths().length > 10);
await server.stop();

// The drawing is published, too.
const require = createRequire(import.meta.url);
const folder = require.resolve('recker/package.json').replace('package.json', 'statecharts/');
assert.match(await readFile(`${folder}connection.svg`, 'utf8'), /^<svg/);
