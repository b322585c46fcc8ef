/**
 * Credentials of a URL or an option, and the header that carries them. No module of Node: the api needs it in pages,
 * too.
 */
import { utf8Bytes } from './utf8.js';

/** A user name and a password, not encoded. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The user info of a URL, decoded; undefined where it has none. */
export function credentialsOf({
  username,
  password,
}: {
  readonly username: string;
  readonly password: string;
}): Credentials | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decoded(username), password: decoded(password) };
}

/** The value of `Authorization` and `Proxy-Authorization` for Basic credentials, in UTF-8 (RFC 7617 §2.1). */
export function basicAuthorization({ username, password }: Credentials): string {
  const binary = String.fromCharCode(...utf8Bytes(`${username}:${password}`));
  return `Basic ${btoa(binary)}`;
}

/** A lone `%` is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
