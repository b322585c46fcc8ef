/** A client in a process of its own, to be stopped and continued. Says each event with the time of day. */
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';

const [, , url = '', options = '{}'] = process.argv;
const ws = new ReckerWebSocket(url, JSON.parse(options) as WebSocketOptions);
const say = (line: object): void => console.log(JSON.stringify({ ...line, at: Date.now() }));
for (const event of ['open', 'close', 'heartbeat-timeout', 'pong', 'reconnecting'] as const) {
  ws.on(event, (first?: unknown) => say({ [event]: typeof first === 'number' ? first : true }));
}
ws.on('error', () => {});
void ws.connect();
