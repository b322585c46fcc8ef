/**
 * The headers of an HTTP answer, as errors, facts and decisions carry them.
 */

/** A response's headers, as Node gives them: lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
