/**
 * The beginning of an answer's body: what a server or a proxy says of why it refused. Owns the bounds in bytes and
 * in time. The error is made when this is done, so a body that never ends must not hold it up.
 */

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { clearIoTimeout, type IoTimer, ioTimeout } from '../node/index.js';

/** How much of a body is read, in bytes. */
export const MAX_BODY = 8192;

/** The longest wait for a body, in ms. */
const MAX_WAIT = 1000;

/**
 * The error has to be reported before the deadline of the dial, or that would replace it. So only this share of what is
 * left is waited: a timer counts from the time that the event loop has cached, and fires early by its lag.
 */
const SHARE = 0.75;

/**
 * Calls `done` once with the first 8 KiB of `body` as text: when it has ended or broken off, when so much is there,
 * or when a second, or three quarters of `timeLeft`, are over. Destroys nothing.
 *
 * @param timeLeft ms until the deadline of the dial
 * @returns ends the wait at once, with what is there
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
    // A character that was cut in two at the end is left out.
    done(new StringDecoder('utf8').write(Buffer.concat(chunks).subarray(0, MAX_BODY)));
  };
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_BODY) finish();
  };
  const wait = Math.min(MAX_WAIT, timeLeft * SHARE);
  // Stays: a body that breaks off later, when nobody reads it, must not end the process.
  body.on('error', finish);
  body.on('data', take).on('end', finish).on('close', finish);
  if (wait > 0) timer = ioTimeout(finish, wait);
  else finish();
  return finish;
}
