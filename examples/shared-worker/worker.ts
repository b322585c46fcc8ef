/**
 * One connection for all tabs of a site: the SharedWorker that owns it. The side of a tab is tab.ts.
 *
 * A worker has no document: what a tab sees of the life of its page, it says here.
 */
import { createClient } from '../../src/index.js';
import type { FromTab, ToTab } from './messages.js';

/** What a tab is for the worker: a `MessagePort`, of which a project with the library `WebWorker` has the type. */
interface Port {
  onmessage: ((event: { readonly data: FromTab }) => void) | null;
  postMessage(message: ToTab): void;
}

const tabs = new Set<Port>();
const toAll = (message: ToTab) => {
  for (const tab of tabs) tab.postMessage(message);
};

// Resolves against the worker's own address.
const ws = createClient().websocket('/live', {
  autoConnect: false,
  reconnect: true,
  maxReconnectAttempts: 0,
  reconnectJitter: 'equal',
  heartbeatMessage: '{"type":"ping"}',
});
ws.on('state', (state) => toAll({ type: 'state', state }));
ws.on('message', ({ data }) => toAll({ type: 'message', data }));
ws.on('error', ({ message }) => console.warn(message));

function serve(tab: Port, message: FromTab): void {
  switch (message.type) {
    case 'join':
      tabs.add(tab);
      tab.postMessage({ type: 'state', state: ws.state });
      ws.connect().catch(() => {});
      break;
    case 'send':
      ws.send(message.data).catch(() => {});
      break;
    case 'shown':
      ws.wake();
      break;
    case 'leave':
      tabs.delete(tab);
      if (tabs.size === 0) void ws.close();
  }
}

const scope = globalThis as unknown as { onconnect: (event: { readonly ports: readonly [Port] }) => void };
scope.onconnect = ({ ports: [tab] }) => {
  tab.onmessage = ({ data }) => serve(tab, data);
};
