/**
 * The user's check of a certificate against the host name. Node calls it bare, while the socket connects: what it throws
 * would be an uncaught exception, and is a certificate that is not accepted.
 */

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** As `tls.connect()` takes it: an error, or nothing. */
export type IdentityCheck = (host: string, certificate: never) => unknown;

export function guardedIdentityCheck(check: IdentityCheck): IdentityCheck {
  return (host, certificate) => {
    try {
      const problem = check(host, certificate);
      if (!isThenable(problem)) return problem;
      // Node would take it for a refusal, and nobody would hear of its rejection.
      Promise.resolve(problem).catch(() => {});
      return new TypeError('checkServerIdentity must return an Error or undefined, not a Promise');
    } catch (thrown) {
      return thrown ?? new Error('checkServerIdentity threw nothing');
    }
  };
}
