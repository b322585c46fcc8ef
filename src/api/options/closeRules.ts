/**
 * Checks the arguments of `close()` (RFC 6455 §5.5.1, §7.4).
 */
import { ConfigurationError, type TransportFactory } from '../../port/index.js';
import { byteLength } from '../platform.js';

/** A control frame holds 125 bytes; two of them are the code. */
const MAX_REASON_BYTES = 123;

/** 1004 to 1006 and 1015 are never sent (RFC 6455 §7.4.1); 3000 to 4999 are for libraries and applications. */
function isSendable(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/**
 * @param code `null` for a Close frame without a code and a reason
 * @throws ConfigurationError if the code or the reason must not be sent
 */
export function checkCloseArguments(code: unknown, reason: unknown, factory: TransportFactory): void {
  if (code !== null && (typeof code !== 'number' || !isSendable(code))) {
    throw new ConfigurationError(
      'code',
      `close() takes a code of 1000-1003, 1007-1014 or 3000-4999, or null; got ${typeof code === 'number' ? code : `a value of type ${typeof code}`}`,
    );
  }
  if (code !== null && factory.canCloseWith?.(code) === false) {
    throw new ConfigurationError(
      'code',
      `close() cannot send ${code} with the transport ${factory.name}: use 1000 or 3000-4999`,
    );
  }
  if (typeof reason !== 'string') {
    throw new ConfigurationError(
      'reason',
      `close() takes a string as reason; got a value of type ${typeof reason}`,
    );
  }
  if (code === null && reason !== '') {
    throw new ConfigurationError('reason', 'close() takes no reason without a code (RFC 6455 §5.5.1)');
  }
  const bytes = byteLength(reason);
  if (bytes > MAX_REASON_BYTES) {
    throw new ConfigurationError(
      'reason',
      `close() takes a reason of up to ${MAX_REASON_BYTES} bytes of UTF-8; got ${bytes}`,
    );
  }
}
