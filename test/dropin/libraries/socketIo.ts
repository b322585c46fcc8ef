import assert from 'node:assert/strict';
import { NodeWebSocket } from 'engine.io-client';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { BYTES, httpBackend, type Library } from '../library.js';

export const socketIo: Library = {
  name: 'socket.io-client',
  serve: () =>
    httpBackend((server) => {
      new Server(server).on('connection', (socket) => {
        socket.on('echo', (data: unknown, answer: (data: unknown) => void) => answer(data));
      });
    }),
  async connect(url, WebSocket) {
    class Transport extends NodeWebSocket {
      override createSocket(uri: string, protocols: string | string[] | undefined) {
        return new WebSocket(uri, protocols);
      }
    }
    const socket = io(url, { transports: [Transport], reconnectionDelay: 20, forceNew: true });
    const lost = new Promise((resolve) => socket.once('disconnect', resolve));
    return {
      lost,
      async exchange() {
        const answer = await socket.emitWithAck('echo', Buffer.from(BYTES));
        assert.deepEqual(new Uint8Array(answer), BYTES);
      },
      close: () => socket.close(),
    };
  },
};
