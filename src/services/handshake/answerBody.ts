/**
 * Reads the beginning of an answer's body, in which a server or a proxy may give the reason of a refusal. Owns the
 * limits in bytes and in time. The error is made after it, so a body that never ends must not delay it.
 */

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { clearIoTimeout, type IoTimer, ioTimeout } from '../node/index.js';

/** How many bytes of a body are read. */
export const MAX_BODY = 8192;

/** The longest wait for a body, in ms. */
const MAX_WAIT = 1000;

/**
 * The error has to be reported before the deadline of the dial, whose time-out would replace it. So the wait is only
 * this share of the time left: a timer counts from the time that the event loop has cached, so that the deadline may
 * come early.
 */
const SHARE = 0.75;

/**
 * Calls `done` once with the first 8 KiB of `body` as text: when it has ended or failed, when that much has arrived, or
 * after a second or three quarters of `timeLeft`. Destroys nothing.
 *
 * @param timeLeft ms until the deadline of the dial
 * @returns ends the wait at once, with what has arrived
 */
export function readBody(body: Readable, timeLeft: number, done: (text: string) => void): () => void {
  const chunks: Buffer[] = [];
  let length = 0;
  let timer: IoTimer | undefined;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    clearIoTimeout(timer);
    body.off('data', take).off('end', finish).off('close', finish);
    // An incomplete character at the end is left out.
    done(new StringDecoder('utf8').write(Buffer.concat(chunks).subarray(0, MAX_BODY)));
  };
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_BODY) finish();
  };
  const wait = Math.min(MAX_WAIT, timeLeft * SHARE);
  // Never removed: an error of a body that is no longer read must not end the process.
  body.on('error', finish);
  body.on('data', take).on('end', finish).on('close', finish);
  if (wait > 0) timer = ioTimeout(finish, wait);
  else finish();
  return finish;
}
