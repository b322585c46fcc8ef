/** A server that sends every message back. */
import { WebSocketServer } from 'ws';
import { type Backend, httpBackend } from '../library.js';

export function serveEcho(): Promise<Backend> {
  return httpBackend((server) => {
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('message', (data, binary) => socket.send(data, { binary }));
    });
  });
}
