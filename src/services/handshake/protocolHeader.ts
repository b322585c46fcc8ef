/**
 * The header of subprotocols in the upgrade request. RFC 9110 §5.6.1 allows a list with and without a space after the
 * comma. `ws` writes none, browsers write one, and some servers split at `, ` only: Deno answers 500 to `a,b`.
 */
import type { ClientRequest } from 'node:http';

/** The header's name in lower case, as Node's request has it. */
export const PROTOCOL_HEADER = 'sec-websocket-protocol';

/** The list with spaces. A subprotocol is a token (RFC 6455 §4.1), so each comma separates two of them. */
export const spacedList = (value: string): string => value.replaceAll(/,(?! )/g, ', ');

/** Rewrites the header of a request that has not left yet. */
export function spaceProtocols(request: ClientRequest): void {
  const value = request.getHeader(PROTOCOL_HEADER);
  if (value !== undefined) request.setHeader('Sec-WebSocket-Protocol', spacedList(String(value)));
}
