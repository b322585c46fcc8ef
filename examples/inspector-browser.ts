/**
 * The Stately inspector in a web page, for your bundler. It opens https://stately.ai/inspect in a window of its
 * own: that page is online, and browsers let it open on a click only.
 *
 * In a project of your own: npm install recker, npm install -D @statelyai/inspect, and import from 'recker'.
 */
import { createBrowserInspector } from '@statelyai/inspect';
import { ReckerWebSocket } from '../src/index.js';

/** Call it from the click of a button. */
export function connectInspected(url: string): ReckerWebSocket {
  const inspector = createBrowserInspector();
  const ws = new ReckerWebSocket(url, { reconnect: true, inspect: inspector.inspect });
  ws.on('error', (error) => console.error(error.message));
  ws.connect().catch(() => {});
  return ws;
}
