/** Constants of RFC 6455. */

/** The close code that is reported where no Close came (§7.1.5). It is never sent. */
export const NO_CLOSE = 1006;

/** The close code that is reported for a Close without one (§7.1.5). It is never sent. */
export const NO_CODE = 1005;

/** What a server appends to the `Sec-WebSocket-Key`, to hash both as the `Sec-WebSocket-Accept` (§1.3). */
export const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
