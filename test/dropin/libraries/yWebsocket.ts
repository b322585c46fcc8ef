import { createRequire } from 'node:module';
import { WebSocketServer } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { httpBackend, type Library, until } from '../library.js';

interface ServerDocs {
  readonly docs: Map<string, Y.Doc>;
  readonly setupWSConnection: (socket: unknown, request: unknown) => void;
}
// It has no types. Its CommonJS copy of Yjs beside the client's is what a server of its own has, too.
const { docs, setupWSConnection } = createRequire(import.meta.url)('@y/websocket-server/utils') as ServerDocs;

export const yWebsocket: Library = {
  name: 'y-websocket',
  serve: () =>
    httpBackend((server) => void new WebSocketServer({ server }).on('connection', setupWSConnection)),
  async connect(url, WebSocket) {
    const room = `room-${Math.random()}`;
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(url.slice(0, -1), room, doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
      maxBackoffTime: 100,
    });
    let count = 0;
    const lost = new Promise((resolve) => provider.once('connection-close', resolve));
    return {
      lost,
      async exchange() {
        const value = ++count;
        doc.getMap('map').set('up', value);
        await until(() => docs.get(room)?.getMap('map').get('up') === value, 'the server has the value');
        docs.get(room)?.getMap('map').set('down', value);
        await until(() => doc.getMap('map').get('down') === value, 'the client has the value');
      },
      close: () => provider.destroy(),
    };
  },
};
