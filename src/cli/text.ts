/**
 * Text from outside, as it may be written: a server, a recording and a file name must not control the user's terminal.
 */

/** C0 but for tab and line feed, DEL, C1, and what changes the direction of text. */
const CONTROLS = /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu;

/** Text from outside, as it may be shown on a terminal: control characters are visible, e.g. `\x1b`. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** JSON allows DEL and C1 in a string; a terminal may obey them. */
export function jsonLine(value: object): string {
  const escaped = JSON.stringify(value).replace(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}

/** As it may stand in the text and in the attributes of HTML and XML. */
export function inMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
