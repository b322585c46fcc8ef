/**
 * A chat that survives a lost connection: `npx tsx examples/chat.ts`. Ends by itself.
 *
 * In a project of your own: npm install recker, and import from 'recker'.
 */
import { createClient } from '../src/index.js';
import { startServer } from './server.js';

let isFirst = true;

const server = await startServer((socket) => {
  // The network fails once.
  if (isFirst) socket.once('message', () => setTimeout(() => socket.terminate(), 100));
  isFirst = false;
  socket.send(JSON.stringify({ type: 'system', text: 'welcome to general' }));
  // Everybody hears everything, as in a room.
  socket.on('message', (data, isBinary) => {
    for (const each of server.sockets) each.send(data, { binary: isBinary });
  });
});

const client = createClient({ baseUrl: server.baseUrl });

const chat = client.websocket('/room/general', {
  reconnect: true,
  reconnectDelay: 50,
  heartbeatInterval: 30000,
});

chat.on('message', (msg) => {
  const data = JSON.parse(msg.data.toString());
  if (data.type === 'message') {
    console.log(`${data.user}: ${data.text}`);
    if (data.text === 'still here') void end();
  } else if (data.type === 'system') {
    console.log(`[System] ${data.text}`);
  }
});

function sendMessage(text: string): void {
  chat.sendJSON({ type: 'message', user: 'ada', text, timestamp: Date.now() });
}

chat.on('open', () => console.log('✓ Connected to chat'));
chat.on('close', () => console.log('✗ Disconnected from chat'));
chat.on('reconnecting', (attempt) => {
  console.log(`↻ Reconnecting (attempt ${attempt})...`);
  // There is no connection now: it waits, and goes out with the next one.
  sendMessage('still here');
});

sendMessage('Hello, everyone!');

async function end(): Promise<void> {
  await chat.close(1000, 'leaving');
  await server.stop();
}
