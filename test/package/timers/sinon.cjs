/** Sinon's fake timers, of the package that Jest uses, too: everything but what Node's own sockets need, in one process with the server. */
const FakeTimers = require('@sinonjs/fake-timers');
const ws = require('ws');
const { ReckerWebSocket } = require('recker');
const scenes = require('./scenes.cjs');

const { setTimeout: later } = globalThis;

(async () => {
  const server = await scenes.serve(ws);
  // A process that hangs must fail, and not end with 0 because nothing is left to do.
  const guard = later(() => process.exit(2), 30_000);
  const clock = FakeTimers.install({ toNotFake: ['nextTick'] });
  for (const [name, play] of Object.entries(
    scenes(ReckerWebSocket, `ws://127.0.0.1:${server.address().port}/`, 1),
  )) {
    const result = await play();
    if (result !== scenes.EXPECTED[name]) throw new Error(`${name}: ${result}`);
  }
  clock.uninstall();
  for (const peer of server.clients) peer.terminate();
  server.close();
  clearTimeout(guard);
})();
