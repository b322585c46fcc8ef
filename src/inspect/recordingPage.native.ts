/** `recordingPage()` for React Native, which has no files that a browser opens. The page would be in every bundle. */
import { ConfigurationError } from '../port/index.js';

export type { RecordingPageOptions } from './recordingPage.js';

/** Refused by name. */
export function recordingPage(): never {
  throw new ConfigurationError(
    'recordingPage()',
    'recordingPage() of recker/inspect is not in the build for React Native: make the page in Node or in a browser',
  );
}
