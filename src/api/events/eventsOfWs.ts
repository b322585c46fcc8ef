/** Events that only `ws` has, the engine in Node. */

/** Events of the package ws that have another name here, or do not exist. */
export const EVENTS_OF_WS: ReadonlyMap<unknown, string> = new Map([
  [
    'ping',
    "Pings of the peer are answered without an event; 'pong' reports the answers to those of the client",
  ],
  ['upgrade', "'open' has the headers of the answer: on('open', ({ headers }) => …)"],
  [
    'unexpected-response',
    "'error' has the answer: a HandshakeError with status, headers and body ('reconnect-error' after a loss)",
  ],
]);
