/**
 * Runs in the page before a client is loaded: counts the dials and collects what nobody catches. The same for every client.
 */

interface Page {
  WebSocket: new (url: string, protocols?: string | string[]) => object;
  addEventListener(type: string, listener: (event: Complaint) => void): void;
}

interface Complaint {
  readonly message?: string;
  readonly reason?: unknown;
}

const page = globalThis as unknown as Page;

/** When each native socket was made, in ms of `performance.now()`; also one whose constructor throws. */
export const dials: number[] = [];

/** What the page's console would show in red. */
export const complaints: string[] = [];

page.WebSocket = class WebSocket extends page.WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    dials.push(performance.now());
    super(url, protocols ?? []);
  }
};

page.addEventListener('error', ({ message }) => complaints.push(String(message)));
page.addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
