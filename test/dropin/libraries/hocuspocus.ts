import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { Hocuspocus } from '@hocuspocus/server';
import { WebSocketServer } from 'ws';
import * as Y from 'yjs';
import { httpBackend, type Library, until } from '../library.js';

let hocuspocusServer: Hocuspocus;

export const hocuspocus: Library = {
  name: '@hocuspocus/provider',
  serve: () => {
    hocuspocusServer = new Hocuspocus({ quiet: true });
    return httpBackend((server) => {
      new WebSocketServer({ server }).on('connection', (socket, request) => {
        hocuspocusServer.handleConnection(socket, request);
      });
    });
  },
  async connect(url, WebSocket) {
    const name = `room-${Math.random()}`;
    const websocketProvider = new HocuspocusProviderWebsocket({
      url,
      WebSocketPolyfill: WebSocket,
      delay: 20,
      minDelay: 20,
      jitter: false,
    });
    const document = new Y.Doc();
    const provider = new HocuspocusProvider({ name, document, websocketProvider });
    provider.attach();
    const lost = new Promise((resolve) => websocketProvider.on('close', resolve));
    let count = 0;
    return {
      lost,
      async exchange() {
        const value = ++count;
        document.getMap('map').set('up', value);
        const there = () => hocuspocusServer.documents.get(name)?.getMap('map');
        await until(() => there()?.get('up') === value, 'the server has the value');
        there()?.set('down', value);
        await until(() => document.getMap('map').get('down') === value, 'the client has the value');
      },
      close() {
        provider.destroy();
        websocketProvider.destroy();
      },
    };
  },
};
