// A user of the build for browsers: no types of Node, those of the DOM instead.
import { createClient, type WebSocketMessage } from 'recker';

const ws = createClient({ baseUrl: location.href }).websocket('/chat', { heartbeatMessage: 'ping' });
ws.on('message', ({ data, isBinary }: WebSocketMessage) => {
  const bytes: Uint8Array | string = data;
  document.title = `${isBinary} ${bytes.length}`;
});
ws.on('close', (code, reason, { willReconnect }) =>
  console.log(code.toFixed(), reason.trim(), willReconnect),
);
// @ts-expect-error no such event
ws.on('opened', () => {});
