/**
 * The user's check of a certificate against the host name. Node calls it without a `try`, so what it throws would be an
 * uncaught exception. Here it refuses the certificate.
 */

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** The option of `tls.connect()`: returns an error, or undefined. */
export type IdentityCheck = (host: string, certificate: never) => unknown;

export function guardedIdentityCheck(check: IdentityCheck): IdentityCheck {
  return (host, certificate) => {
    try {
      const problem = check(host, certificate);
      if (!isThenable(problem)) return problem;
      // Node would treat the promise as a refusal, and its rejection would be unhandled.
      Promise.resolve(problem).catch(() => {});
      return new TypeError('checkServerIdentity must return an Error or undefined, not a Promise');
    } catch (thrown) {
      return thrown ?? new Error('checkServerIdentity threw nothing');
    }
  };
}
