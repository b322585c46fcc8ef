import assert from 'node:assert/strict';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { BYTES, httpBackend, type Library } from '../library.js';

export const mqttJs: Library = {
  name: 'MQTT.js',
  async serve() {
    const broker = await Aedes.createBroker();
    const backend = await httpBackend((server) => {
      const sockets = new WebSocketServer({ server, handleProtocols: ([first = '']) => first });
      sockets.on('connection', (socket, request) => {
        broker.handle(
          createWebSocketStream(socket).on('error', () => {}),
          request,
        );
      });
    });
    return {
      port: backend.port,
      async stop() {
        await new Promise<void>((resolve) => broker.close(resolve));
        await backend.stop();
      },
    };
  },
  async connect(url, WebSocket) {
    globalThis.WebSocket = WebSocket;
    const client = mqtt.connect(url, { forceNativeWebSocket: true, reconnectPeriod: 20 });
    const lost = new Promise((resolve) => client.once('close', () => resolve(undefined)));
    const waiting: ((payload: Buffer) => void)[] = [];
    client.on('message', (_, payload) => waiting.shift()?.(payload));
    return {
      lost,
      async exchange() {
        // What is published before the subscription is there has no receiver, also after a loss.
        if (!client.connected) await new Promise((resolve) => client.once('connect', resolve));
        await client.subscribeAsync('topic', { qos: 1 });
        const answer = new Promise<Buffer>((resolve) => waiting.push(resolve));
        await client.publishAsync('topic', Buffer.from(BYTES), { qos: 1 });
        assert.deepEqual(new Uint8Array(await answer), BYTES);
      },
      close: () => client.endAsync(),
    };
  },
};
