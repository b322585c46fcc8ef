/**
 * What an examination knows of its server, and what a check may need of that.
 *
 * Must not know: how it is found out (profile.ts).
 */
import { NotApplicable } from './verdict.js';

/** What is known of the server. */
export interface Profile {
  /** Why no valid handshake is accepted; undefined where one is. */
  readonly refusal: string | undefined;
  /** Whether it answers Pings. */
  readonly pongs: boolean;
  /** Why it does not take the text message of the options; undefined where it does. */
  readonly refusesText: string | undefined;
  /** Why it does not take a binary message; undefined where it does. */
  readonly refusesBinary: string | undefined;
  /** Whether it sends the text message back. */
  readonly echoes: boolean;
}

/** A check that sends text is not applicable where the server takes none. */
export function needsText({ refusesText }: Profile): void {
  if (refusesText === undefined) return;
  throw new NotApplicable(
    `the server does not take the text message: ${refusesText}; the option message gives one that it takes`,
  );
}

/** A check that sends binary messages is not applicable where the server takes none. */
export function needsBinary({ refusesBinary }: Profile): void {
  if (refusesBinary !== undefined)
    throw new NotApplicable(`the server takes no binary message: ${refusesBinary}`);
}

/** A check that needs Pongs is not applicable where the server sends none. */
export function needsPongs({ pongs }: Profile): void {
  if (!pongs) throw new NotApplicable('the server answers no Pings: see ping/pong');
}
