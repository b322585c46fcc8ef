/**
 * The hook for a client that was made elsewhere.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { ConnectionState, ReckerWebSocket } from 'recker';
import { listen, unlisten } from './handlers.js';

/**
 * The state of a client: the component renders when it changes. The client is neither connected nor closed.
 *
 * @param ws any client; `null` and `undefined` have the state `idle`
 * @returns `ws.state`; on a server, and while React hydrates, `idle`
 *
 * @example
 * import { createClient } from 'recker';
 * import { useConnectionState } from 'recker/react';
 *
 * const ws = createClient().websocket('wss://chat.example.com/room', { reconnect: true });
 *
 * export const useIsOnline = () => useConnectionState(ws) === 'open';
 */
export function useConnectionState(ws: ReckerWebSocket | null | undefined): ConnectionState {
  const subscribe = useCallback(
    (onChange: () => void) => {
      if (!ws) return () => {};
      listen(ws, 'state', onChange);
      return () => unlisten(ws, 'state', onChange);
    },
    [ws],
  );
  return useSyncExternalStore<ConnectionState>(
    subscribe,
    () => ws?.state ?? 'idle',
    () => 'idle',
  );
}
