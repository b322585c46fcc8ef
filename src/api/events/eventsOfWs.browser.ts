/** The form of eventsOfWs.ts for pages and workers: nobody comes from `ws` there, and an answer's headers cannot be read. */
export const EVENTS_OF_WS: ReadonlyMap<unknown, string> = new Map();
