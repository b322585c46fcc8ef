/**
 * The live view: a page on this machine that shows the chart of every inspected connection, with no internet.
 *
 * Owns: the HTTP server. It never keeps the process alive: neither it nor its sockets hold the event loop.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InspectionLike } from '../machine/index.js';
import { ASSETS } from './assets.js';
import { ANSWER_HEADERS, admitted } from './gate.js';
import { type Bounds, DEFAULT_BOUNDS, History, type LookAtClient } from './history.js';
import { PageStream } from './stream.js';

/** The options of `createLiveView()`. All optional. */
export interface LiveViewOptions {
  /** The port on 127.0.0.1. @default 0: a free one */
  readonly port?: number | undefined;
  /** How much is kept. @default 1000 connections, 500 timeline entries of each, 20000 in all */
  readonly bounds?: { readonly [Name in keyof Bounds]?: Bounds[Name] | undefined } | undefined;
}

/** A value for the option `inspect`. To use another inspector as well, call `next` in a function of your own. */
export interface LiveInspector {
  /** Takes one inspection event of a client. */
  next(event: InspectionLike): void;
  /** Takes the function that reads a client's counters. Called once for each client, before its first event. */
  watch(rootId: string, look: LookAtClient): void;
}

/** An open live view. */
export interface LiveView {
  /** The page's address. It contains a random token: whoever has it can see the page. */
  readonly url: string;
  /** For the option `inspect` of any number of clients. */
  readonly inspect: LiveInspector;
  /** Ends the server and every open page. Idempotent. Clients may still report to `inspect`, without an effect. */
  close(): Promise<void>;
}

/** More open pages than this are a mistake. */
const MAX_PAGES = 32;

/**
 * Opens the live view.
 *
 * @returns once it listens
 * @throws Error where the port is taken
 * @example
 * import { createClient } from 'recker';
 * import { createLiveView } from 'recker/inspect';
 *
 * const view = await createLiveView();
 * console.log(view.url);
 * const client = createClient({ baseUrl: 'https://chat.example.com' });
 * const ws = client.websocket('/room', { reconnect: true, inspect: view.inspect });
 */
export async function createLiveView(options: LiveViewOptions = {}): Promise<LiveView> {
  const history = new History(boundsOf(options.bounds));
  const token = randomBytes(18).toString('base64url');
  const pages = new Set<PageStream>();
  let port = 0;
  const server = createServer((request, response) => {
    const path = admitted(request, port, token);
    if (path === undefined) refuse(response);
    else answer(path, response, history, pages);
  });
  server.on('connection', (socket) => socket.unref());
  // A browser sends few headers to a page like this.
  server.maxHeadersCount = 100;
  port = await listen(server, options.port ?? 0);
  server.unref();
  // The timers of this view do not keep the process alive: the last changes are sent before it exits.
  const sendTheEnd = (): void => {
    for (const page of pages) page.flush();
  };
  process.on('beforeExit', sendTheEnd);
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    inspect: {
      next: (event) => history.record(event),
      watch: (rootId, look) => history.watch(rootId, look),
    },
    close() {
      process.off('beforeExit', sendTheEnd);
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const page of pages) page.close();
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function boundsOf(given: LiveViewOptions['bounds'] = {}): Bounds {
  const numbers = Object.entries(given).filter(([, number]) => number !== undefined);
  return { ...DEFAULT_BOUNDS, ...Object.fromEntries(numbers) };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The answer does not say what was wrong. */
function refuse(response: ServerResponse): void {
  response.writeHead(403, { ...ANSWER_HEADERS, Connection: 'close' }).end();
}

function answer(
  { pathname, searchParams }: URL,
  response: ServerResponse,
  history: History,
  pages: Set<PageStream>,
): void {
  const name = pathname.slice(1) || 'index.html';
  if (name === 'events') {
    if (pages.size >= MAX_PAGES) {
      refuse(response);
      return;
    }
    response.writeHead(200, { ...ANSWER_HEADERS, 'Content-Type': 'text/event-stream' });
    const page = new PageStream(response, history, searchParams.get('connection') ?? undefined);
    pages.add(page);
    response.on('close', () => pages.delete(page));
    return;
  }
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (asset === undefined) refuse(response);
  else response.writeHead(200, { ...ANSWER_HEADERS, 'Content-Type': asset.type }).end(asset.text);
}
