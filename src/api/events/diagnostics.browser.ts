/** The form of diagnostics.ts for pages and React Native, which have no `diagnostics_channel`: nothing is published. */
import type { Announcement } from './translate.js';

// Declared as functions: a minifier drops calls of an empty one.

export function publishDial(_client: object, _attempt: number): void {}

export function publish(_announcer: object, _announcement: Announcement): void {}
