/** `recordingPage()` for pages and React Native: the page with its drawing would be in every copy of the package twice more. */
import { ConfigurationError } from '../port/index.js';

/** Refused by name. A recording that was made in a page is looked at with Node, or dropped onto a page that is open. */
export function recordingPage(): never {
  throw new ConfigurationError(
    'recordingPage()',
    'recordingPage() of recker/inspect needs Node.js: save the text of recorder().toNDJSON(), and make the page there',
  );
}
