/**
 * A server in a process of its own, to be stopped, continued and killed. Echoes, and ticks on each connection
 * with the connection's number.
 */
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1' });
let connections = 0;
server.on('connection', (peer) => {
  connections += 1;
  const number = connections;
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    peer.send(`${number}:${ticks}`);
  }, 50);
  peer.on('message', (data, binary) => peer.send(data, { binary }));
  peer.on('error', () => {});
  peer.on('close', () => clearInterval(timer));
});
server.on('listening', () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});
