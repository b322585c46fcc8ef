/** Pages and workers have no files. */
import { ConfigurationError } from '../port/index.js';

/** Refused: `toNDJSON()` gives the text, to download or send it. */
export function saveFile(_path: string, _text: string): Promise<void> {
  return Promise.reject(
    new ConfigurationError(
      'save()',
      'save() of recorder() needs Node.js: it writes a file, which pages and workers cannot do. toNDJSON() gives the text',
    ),
  );
}
