/** TLS settings, sessions and the check of identity. */
export { guardedIdentityCheck, type IdentityCheck } from './identityCheck.js';
export { type CheckedTls, serverName, type TlsPeer, tlsSettings } from './tlsOptions.js';
export { connectTls } from './tlsSessions.js';
