/** What headers of the opening handshake are read from and become, checked or not. */

/** RFC 9110 §5.6.2: what a header name and a subprotocol consist of. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What the option `headers` may be. */
export const HEADERS = 'a record of strings, a Headers, a Map, or another iterable of pairs';

/** Headers as a record, or what is wrong with them. */
export type ReadHeaders =
  | { readonly headers: Readonly<Record<string, string>>; readonly problem: undefined }
  | { readonly headers: undefined; readonly problem: string };

export const refusal = (problem: string): ReadHeaders => ({ headers: undefined, problem });

/** Shared by all clients without headers. */
export const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
