// `await using`, where `lib` has Symbol.asyncDispose.
import { ReckerWebSocket } from 'recker';

export async function greet(): Promise<void> {
  await using ws = new ReckerWebSocket('wss://x');
  await ws.send('hello');
}
