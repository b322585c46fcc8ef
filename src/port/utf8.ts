/**
 * UTF-8 (RFC 3629) without a `TextEncoder`, which some runtimes lack: jsdom under Jest, old versions of React Native.
 * A lone surrogate counts as U+FFFD, as in the Encoding Standard.
 */

/** The length of `text` in UTF-8, in bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // The two units of a pair are four bytes: two more than units, as with one unit of three bytes.
    length += unit < 0x800 ? 1 : 2;
    if (isPair(text, index)) index += 1;
  }
  return length;
}

/** Whether a surrogate pair begins at `index`. */
function isPair(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
}

/** The bytes of `text` in UTF-8. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    let point = text.charCodeAt(index);
    if (isPair(text, index)) {
      index += 1;
      point = 0x10000 + ((point & 0x3ff) << 10) + (text.charCodeAt(index) & 0x3ff);
    } else if ((point & 0xf800) === 0xd800) {
      point = 0xfffd;
    }
    const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    bytes[at] = more === 0 ? point : (LEAD[more] as number) | (point >> (6 * more));
    for (let left = more - 1; left >= 0; left -= 1)
      bytes[at + more - left] = 0x80 | ((point >> (6 * left)) & 0x3f);
    at += more + 1;
  }
  return bytes;
}

/** The first byte of a sequence with so many bytes behind it, without its bits of the character. */
const LEAD = [0, 0xc0, 0xe0, 0xf0];
