/** What a tab and the worker say to each other. */
import type { ConnectionState, WebSocketMessage } from '../../src/index.js';

export type FromTab =
  /** A tab is there, or comes back out of the back/forward cache. */
  | { readonly type: 'join' }
  | { readonly type: 'send'; readonly data: string | Uint8Array }
  /** The tab is shown again: the connection may be dead. */
  | { readonly type: 'shown' }
  | { readonly type: 'leave' };

export type ToTab =
  | { readonly type: 'state'; readonly state: ConnectionState }
  | { readonly type: 'message'; readonly data: WebSocketMessage['data'] };
