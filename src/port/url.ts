/**
 * Parses URLs by the runtime's `URL`. The build for React Native puts url.native.ts in its place: nothing else may use the
 * global class in what that build holds.
 */

/** The parts of a URL, as the WHATWG class has them. */
export interface ParsedUrl {
  readonly href: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly hostname: string;
  readonly pathname: string;
  readonly search: string;
}

/** The URL, resolved against `base`; undefined where it is none. */
export const parseUrl = (text: string, base?: string): ParsedUrl | undefined =>
  URL.canParse(text, base) ? new URL(text, base) : undefined;
