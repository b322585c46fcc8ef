/**
 * What Node's sockets and http client would else look for on `Object.prototype`, where a dependency may have left
 * anything. Each is an own property with no value, for whoever hands options to Node.
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
