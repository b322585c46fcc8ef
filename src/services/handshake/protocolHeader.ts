/**
 * How the subprotocols are written in the upgrade request. RFC 9110 §5.6.1 allows a list with and without a space
 * behind the comma; `ws` writes none, browsers write one, and some servers split at `, ` alone: Deno answers 500 to
 * `a,b`.
 */
import type { ClientRequest } from 'node:http';

/** The lower-case name, as Node's request gives it. */
export const PROTOCOL_HEADER = 'sec-websocket-protocol';

/** A subprotocol is a token (RFC 6455 §4.1), so that a comma can only stand between two of them. */
export const spacedList = (value: string): string => value.replaceAll(/,(?! )/g, ', ');

/** Rewrites the header of a request that has not left yet. */
export function spaceProtocols(request: ClientRequest): void {
  const value = request.getHeader(PROTOCOL_HEADER);
  if (value !== undefined) request.setHeader('Sec-WebSocket-Protocol', spacedList(String(value)));
}
