/** partysocket over ws, as its README shows for Node, with its delays and its connection timeout set. */
import { WebSocket as PartySocket } from 'partysocket';
import { WebSocket } from 'ws';
import { type Client, DEFAULTS, type Settings } from '../client.js';
import { type Target, TargetSession } from '../recorded.js';

/** The options that it shares with reconnecting-websocket, of which it is a fork. */
export const optionsOf = (settings: Settings) => {
  const { reconnectDelay, maxReconnectDelay, connectTimeout } = { ...DEFAULTS, ...settings };
  return {
    WebSocket,
    minReconnectionDelay: reconnectDelay,
    maxReconnectionDelay: maxReconnectDelay,
    connectionTimeout: connectTimeout,
  };
};

export const client: Client = {
  name: 'partysocket',
  has: { heartbeat: false, queue: true, headers: false, reconnect: true },
  open: (url, settings = {}) =>
    new TargetSession(
      new PartySocket(url, [...(settings.protocols ?? [])], optionsOf(settings)) as unknown as Target,
    ),
};
