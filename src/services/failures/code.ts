/**
 * The code of an error. A DOMException has a number there
 * (https://webidl.spec.whatwg.org/#idl-DOMException-error-names), which is none.
 */
export function codeOf(error: Error): string | undefined {
  const { code } = error as { readonly code?: unknown } & Error;
  return typeof code === 'string' ? code : undefined;
}
