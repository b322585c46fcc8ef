import assert from 'node:assert/strict';
import { WebSocket as PartySocket } from 'partysocket';
import { BYTES, type Library } from '../library.js';
import { serveEcho } from './echo.js';

export const partysocket: Library = {
  name: 'partysocket',
  serve: serveEcho,
  async connect(url, WebSocket) {
    const socket = new PartySocket(url, [], {
      WebSocket,
      minReconnectionDelay: 20,
      maxReconnectionDelay: 50,
    });
    socket.binaryType = 'arraybuffer';
    const lost = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
    return {
      lost,
      async exchange() {
        const answer = new Promise<MessageEvent>((resolve) =>
          socket.addEventListener('message', resolve as never, { once: true }),
        );
        socket.send(BYTES);
        assert.deepEqual(new Uint8Array((await answer).data), BYTES);
      },
      close: () => socket.close(),
    };
  },
};
