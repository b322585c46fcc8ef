// A user in strict TypeScript, without skipLibCheck, as CommonJS; user.mts is the same as ESM.
import { type CloseInfo, createClient, ReckerError, ReckerWebSocket, type WebSocketMessage } from 'recker';
import { createLiveView, type LiveView } from 'recker/inspect';
import { type ConnectionMachine, connectionMachine } from 'recker/machine';
import { useConnectionState, useWebSocket, type WebSocketHandlers } from 'recker/react';
import { type FakeTransport, FaultServer, fakeTransport } from 'recker/testing';

export function useRoom(url: string | null, own: ReckerWebSocket): string {
  const handlers: WebSocketHandlers = { onClose: (code: number, reason: string) => [code, reason] };
  const { state, lastMessage, sendJSON } = useWebSocket(url, { reconnect: true, ...handlers });
  // @ts-expect-error no such event
  useWebSocket(own, { onOpened: () => {} });
  sendJSON({ state: useConnectionState(own) });
  return lastMessage?.isBinary === false ? lastMessage.data : state;
}

async function main(): Promise<void> {
  const server = await FaultServer.start();
  const view: LiveView = await createLiveView();
  const ws: ReckerWebSocket = createClient().ws(server.url('/'), { inspect: view.inspect });
  ws.on('message', (message: WebSocketMessage) => message.data.toString('utf8'));
  ws.on('close', (code: number, reason: string, info: CloseInfo) => [code, reason, info.wasClean]);
  // @ts-expect-error no such event
  ws.on('opened', () => {});
  await ws.connect();
  const bytes: Uint8Array = new Uint8Array(1);
  await ws.send(bytes);
  await ws.close();
  await view.close();
  await server.stop();
  const chart: ConnectionMachine = connectionMachine;
  const transport: FakeTransport = fakeTransport();
  const other = new ReckerWebSocket('wss://example.com', { transport });
  if (chart.id !== 'connection' || other.state !== 'idle' || new ReckerError('', '').code !== '')
    throw new Error('not as it should be');
}

main();
