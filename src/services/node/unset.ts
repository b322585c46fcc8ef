/**
 * Options of Node's sockets and http client that are not used here, each without a value. Node would look a missing one up on
 * `Object.prototype`: where a dependency has polluted it, `shielding()` makes them own members of what is given to Node.
 */

/** For `net.connect()` and `tls.connect()`. */
export const UNSET_SOCKET = Object.freeze({
  allowHalfOpen: undefined,
  autoSelectFamily: undefined,
  autoSelectFamilyAttemptTimeout: undefined,
  emitClose: undefined,
  family: undefined,
  fd: undefined,
  handle: undefined,
  highWaterMark: undefined,
  hints: undefined,
  keepAlive: undefined,
  keepAliveInitialDelay: undefined,
  localAddress: undefined,
  localPort: undefined,
  lookup: undefined,
  noDelay: undefined,
  objectMode: undefined,
  onread: undefined,
  path: undefined,
  readable: undefined,
  readableHighWaterMark: undefined,
  readableObjectMode: undefined,
  signal: undefined,
  timeout: undefined,
  writable: undefined,
  writableHighWaterMark: undefined,
  writableObjectMode: undefined,
});

/** For `http.request()`, as `ws` calls it. */
export const UNSET_REQUEST = Object.freeze({
  _defaultAgent: undefined,
  auth: undefined,
  defaultPort: undefined,
  family: undefined,
  finishRequest: undefined,
  generateMask: undefined,
  handshakeTimeout: undefined,
  highWaterMark: undefined,
  hints: undefined,
  insecureHTTPParser: undefined,
  joinDuplicateHeaders: undefined,
  localAddress: undefined,
  lookup: undefined,
  maxHeaderSize: undefined,
  origin: undefined,
  setDefaultHeaders: undefined,
  signal: undefined,
  uniqueHeaders: undefined,
});
