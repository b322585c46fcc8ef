/**
 * The form of platform.ts for React Native: that of pages and workers, but for what the runtime reports. It has no
 * `document` and no `online`: a program calls `wake()` when its `AppState` becomes `active`.
 */
import type { RuntimeListener } from '../port/index.js';

export * from './platform.browser.js';

/** React Native reports nothing by itself. */
export const watchRuntime = (_client: RuntimeListener): void => {};
