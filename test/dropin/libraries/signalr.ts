import assert from 'node:assert/strict';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { WebSocketServer } from 'ws';
import { httpBackend, type Library, retried } from '../library.js';

/** Ends each record of the JSON hub protocol. */
const END = '\x1e';

export const signalr: Library = {
  name: '@microsoft/signalr',
  // The hub protocol's handshake, invocations, pings and Close: its real server needs .NET.
  serve: () =>
    httpBackend((server) => {
      new WebSocketServer({ server }).on('connection', (socket, request) => {
        let isGreeted = false;
        const send = (record: object) => socket.send(JSON.stringify(record) + END);
        socket.on('message', (data) => {
          for (const text of String(data).split(END).filter(Boolean)) {
            const record = JSON.parse(text);
            if (!isGreeted) send({});
            else if (record.type === 1) {
              const result = [record.arguments[0], request.headers.authorization];
              send({ type: 3, invocationId: record.invocationId, result });
            } else if (record.type === 7) socket.close(1000);
            isGreeted = true;
          }
        });
      });
    }),
  async connect(url, WebSocket) {
    const options = {
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
      WebSocket,
      accessTokenFactory: () => 'token',
    };
    const connection = new HubConnectionBuilder()
      .withUrl(url.replace('ws', 'http'), options)
      .withAutomaticReconnect([20, 20, 50, 100])
      .configureLogging(LogLevel.None)
      .build();
    const lost = new Promise<void>((resolve) => connection.onreconnecting(() => resolve()));
    await connection.start();
    return {
      lost,
      exchange: () =>
        retried(async () => {
          assert.deepEqual(await connection.invoke('Echo', 'héllo'), ['héllo', 'Bearer token']);
        }),
      close: () => connection.stop(),
    };
  },
};
