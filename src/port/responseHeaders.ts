/**
 * The headers of an HTTP answer, in errors, facts and decisions.
 */

/** A response's headers, as Node gives them: lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
