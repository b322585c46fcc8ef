/**
 * One connection for all tabs of a site: the side of a tab. The SharedWorker that owns the connection is worker.ts.
 */
import type { FromTab, ToTab } from './messages.js';

/** What is used of a page. A project with the library `DOM` has these types. */
interface Page {
  readonly SharedWorker: new (
    url: string,
  ) => {
    readonly port: {
      onmessage: ((event: { readonly data: ToTab }) => void) | null;
      postMessage(message: FromTab): void;
    };
  };
  readonly document: {
    readonly visibilityState: string;
    addEventListener(event: 'visibilitychange', listener: () => void): void;
  };
  addEventListener(
    event: 'pagehide' | 'pageshow',
    listener: (event: { readonly persisted: boolean }) => void,
  ): void;
}

const page = globalThis as unknown as Page;

/**
 * Joins the connection that all tabs share.
 *
 * @param url where your bundler puts worker.ts
 * @returns sends a message
 */
export function joinConnection(
  url: string,
  onMessage: (message: ToTab) => void,
): (data: string | Uint8Array) => void {
  const { port } = new page.SharedWorker(url);
  port.onmessage = ({ data }) => onMessage(data);
  port.postMessage({ type: 'join' });
  page.document.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'visible') port.postMessage({ type: 'shown' });
  });
  // A port does not say that its tab is gone.
  page.addEventListener('pagehide', () => port.postMessage({ type: 'leave' }));
  page.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) port.postMessage({ type: 'join' });
  });
  return (data) => port.postMessage({ type: 'send', data });
}
