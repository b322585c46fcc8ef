// A user of every entry point, as CommonJS.
const assert = require('node:assert/strict');
const { ConfigurationError, ConnectionError, createClient } = require('recker');
const { createElement } = require('react');
const { renderToString } = require('react-dom/server');
const { createLiveView } = require('recker/inspect');
const machine = require('recker/machine');
const { useWebSocket } = require('recker/react');
const { fakeTransport, FaultServer, VirtualClock } = require('recker/testing');

async function main() {
  const server = await FaultServer.start();
  server.echo();
  const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}` });
  const ws = client.websocket('/chat');
  const echoed = new Promise((resolve) => ws.on('message', ({ data }) => resolve(data)));
  ws.send('Hello, server!');
  assert.equal(await echoed, 'Hello, server!');
  assert.equal(renderToString(createElement(() => String(useWebSocket(ws).ws === ws))), 'true');
  assert.equal(renderToString(createElement(() => useWebSocket('ws://x').state)), 'idle');
  await ws.close();
  await server.stop();

  assert.equal(ConfigurationError, machine.ConfigurationError);
  assert.throws(() => client.websocket('/x', { nonsense: 1 }), machine.ConfigurationError);
  const transport = fakeTransport();
  const fake = client.websocket('/x', { transport, clock: new VirtualClock(0), autoConnect: false });
  const failed = assert.rejects(fake.connect(), ConnectionError);
  fake.on('error', () => {});
  transport.last.fail(new machine.ConnectionError('gone'));
  await failed;
  const view = await createLiveView();
  assert.equal((await fetch(view.url)).status, 200);
  await view.close();
}

main();
