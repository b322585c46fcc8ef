// A client alone, for runtimes that run the package but not the test kit's server: its URL is the argument.
import assert from 'node:assert/strict';
import { ConnectionError, nativeTransport, ReckerWebSocket } from 'recker';

for (const transport of [undefined, nativeTransport]) {
  const ws = new ReckerWebSocket(process.argv[2], { transport });
  const messages = ws[Symbol.asyncIterator]();
  ws.send('hello');
  ws.send(new Uint8Array(70_000).fill(7));
  assert.equal((await messages.next()).value.data, 'hello');
  assert.equal(Buffer.compare((await messages.next()).value.data, Buffer.alloc(70_000, 7)), 0);
  await ws.close(3000, 'bye');
  assert.equal(ws.state, 'closed');
  const refused = new ReckerWebSocket('ws://127.0.0.1:1/', { transport });
  await assert.rejects(refused.connect(), ConnectionError);
}
process.exit(0);
