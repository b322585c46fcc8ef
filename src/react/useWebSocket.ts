/**
 * The hook that has a connection.
 */
import { useInsertionEffect, useState, useSyncExternalStore } from 'react';
import { Connection } from './connection.js';
import { Owner } from './owner.js';
import type { UseWebSocketOptions, UseWebSocketResult, WebSocketTarget } from './types.js';

/**
 * A WebSocket for as long as the component is mounted. Each component that calls it has a connection of its own. Nothing
 * connects on a server.
 *
 * Options are compared by their structure. Another value, or another `url`, closes the connection and opens a new one, with
 * `ws: null` and `state: 'idle'` in between. Functions never do that: the newest one is called.
 *
 * @param url what to connect to. A client that was made elsewhere is used as it is: it is neither connected nor closed
 * @param options the options of `recker`, and a handler for each event
 * @throws ConfigurationError while the component is mounted, for a URL or option that can never work: an error boundary gets it
 *
 * @example
 * import { useWebSocket } from 'recker/react';
 *
 * export function useRoom(room: string) {
 *   const { state, lastMessage, sendJSON } = useWebSocket(`wss://chat.example.com/${room}`, {
 *     reconnect: true,
 *     onError: (error) => console.error(error.message),
 *   });
 *   return { isOnline: state === 'open', newest: lastMessage?.data, say: (text: string) => sendJSON({ text }) };
 * }
 */
export function useWebSocket(url: WebSocketTarget, options?: UseWebSocketOptions): UseWebSocketResult {
  const given = { url, options };
  const [kept, keep] = useState(() => new Connection(new Owner(), given));
  const connection = kept.fits(given) ? kept : new Connection(kept.owner, given);
  if (connection !== kept) keep(connection);
  const { owner } = connection;
  useInsertionEffect(() => owner.commit(connection, given));
  useInsertionEffect(() => owner.enter(), [owner]);
  return useSyncExternalStore(connection.subscribe, connection.read, connection.readOnServer);
}
