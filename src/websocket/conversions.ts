/**
 * Converts and checks arguments as Web IDL does (https://webidl.spec.whatwg.org).
 */
import { byteLength, isArrayBuffer, isBlob } from '../api/index.js';
import { domException } from './globals.js';

/** A control frame holds 125 bytes; two of them are the code (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/** What `send()` sends: bytes and Blobs as they are, everything else as a string. */
export function sendable(given: unknown): string | ArrayBuffer | ArrayBufferView | Blob {
  return typeof given === 'string' || ArrayBuffer.isView(given) || isArrayBuffer(given) || isBlob(given)
    ? given
    : `${given}`;
}

/** The size of a payload, in bytes. */
export function payloadSize(data: ReturnType<typeof sendable>): number {
  if (typeof data === 'string') return byteLength(data);
  return 'byteLength' in data ? data.byteLength : data.size;
}

/**
 * The arguments of `close()` (https://websockets.spec.whatwg.org/#dom-websocket-close). The code is null for a Close frame
 * without one.
 */
export function closeArguments(code: unknown, reason: unknown): { code: number | null; reason: string } {
  const given = code === undefined ? null : clampedShort(code);
  const text = reason === undefined ? '' : `${reason}`;
  if (given !== null && given !== 1000 && (given < 3000 || given > 4999)) {
    throw domException(`close() takes the codes 1000 and 3000-4999; got ${given}`, 'InvalidAccessError');
  }
  const bytes = byteLength(text);
  if (bytes > MAX_REASON_BYTES) {
    throw domException(
      `close() takes a reason of up to ${MAX_REASON_BYTES} bytes of UTF-8; got ${bytes}`,
      'SyntaxError',
    );
  }
  // A reason needs a code before it: normal closure.
  return { code: given === null && text !== '' ? 1000 : given, reason: text };
}

/** `[Clamp] unsigned short`: the nearest whole number of 0 to 65535; of two equally near ones, the even one. */
function clampedShort(given: unknown): number {
  const number = Number(given);
  if (Number.isNaN(number)) return 0;
  const clamped = Math.min(Math.max(number, 0), 65_535);
  const below = Math.floor(clamped);
  const rest = clamped - below;
  if (rest !== 0.5) return Math.round(clamped);
  return below % 2 === 0 ? below : below + 1;
}
