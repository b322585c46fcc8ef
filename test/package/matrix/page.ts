// What the DOM library brings.
import { createClient, type SendData } from 'recker';

const blob: Blob = new Blob(['hello']);
const ws = createClient({ baseUrl: new URL('https://x') }).websocket('/upload');

export async function upload(file: File, signal: AbortSignal): Promise<void> {
  const data: SendData = file;
  await ws.send(data);
  await ws.send(blob);
  await ws.pipeFrom(blob.stream(), { signal });
  await ws.connect({ signal });
  createClient().websocket(async (dial) => {
    await fetch('/token', { signal: dial.signal });
    return new URL('wss://x');
  });
  document.title = ws.state;
}
