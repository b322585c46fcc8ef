/**
 * The form of advice.ts for pages and workers, whose `WebSocket` does not say why a connection failed.
 */
export const adviceFor = (): undefined => undefined;
