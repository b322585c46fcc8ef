/**
 * A page of Chromium with React in development, under StrictMode, and a component that uses the hooks. It is driven by text,
 * so that options can contain functions.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { bundle, openPage, Site, startChromium } from '../browser/support.js';

const PRELUDE = `
  import * as React from 'react';
  import * as ReactDOM from 'react-dom';
  import { createRoot, hydrateRoot } from 'react-dom/client';
  import * as recker from 'recker';
  import { useConnectionState, useWebSocket } from 'recker/react';

  const { Activity, Component, StrictMode, Suspense, useEffect } = React;
  Object.assign(globalThis, { recker, React, ReactDOM, hydrateRoot, hooks: { useConnectionState, useWebSocket } });

  /** What each render of Probe has seen. */
  globalThis.renders = [];
  globalThis.log = [];

  globalThis.Probe = function Probe({ url, options, reads = [], children }) {
    const hook = useWebSocket(url, options);
    const render = { url: typeof url === 'string' ? url : null };
    for (const name of reads) render[name] = name === 'ws' ? hook.ws && hook.ws.url : hook[name];
    renders.push(render);
    globalThis.hook = hook;
    return <p>{reads.includes('state') ? render.state : 'mounted'}{children}</p>;
  };

  /** Reads the state of a client that was made elsewhere. */
  globalThis.Light = ({ ws }) => <b>{useConnectionState(ws)}</b>;

  /** Sends when it is mounted, as part of another component. */
  globalThis.Sender = ({ text }) => {
    useEffect(() => { hook.send(text).catch((error) => log.push(error.name)); }, [text]);
    return null;
  };

  globalThis.Boundary = class extends Component {
    state = {};
    static getDerivedStateFromError = (error) => ({ error });
    render() { return this.state.error ? <i>{this.state.error.name + ' ' + this.state.error.option}</i> : this.props.children; }
  };

  let root;
  globalThis.show = (element, strict = true) => {
    root ??= createRoot(document.getElementById('root'));
    ReactDOM.flushSync(() => root.render(strict ? <StrictMode>{element}</StrictMode> : element));
  };
  globalThis.probe = (props, strict) => show(<Probe {...props} />, strict);
  globalThis.unmount = () => { root?.unmount(); root = undefined; };
  /** A later turn of the event loop: sockets have had their turn. */
  globalThis.turn = () => new Promise((resolve) => setTimeout(resolve));
  globalThis.$ = (text) => document.querySelector(text)?.textContent;
`;

/** React gives its renderer to the tools of developers: fast refresh goes through it. */
const HTML = `<!doctype html><title>test</title><script>
  globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true,
    renderers: new Map(),
    checkDCE() {},
    inject(renderer) { globalThis.renderer = renderer; return 1; },
    onScheduleFiberRoot() {},
    onCommitFiberRoot(_id, root) { globalThis.fiberRoot = root; },
    onPostCommitFiberRoot() {},
    onCommitFiberUnmount() {},
  };
</script><div id="root"></div>`;

/** The page of one test file: a new one for each test, with a server of its own. */
export class ReactPage {
  server!: FaultServer;
  readonly complaints: string[] = [];
  site!: Site;
  #browser!: Browser;
  #page!: Page;

  /** Registers the hooks of Vitest. */
  static use(): ReactPage {
    const it = new ReactPage();
    beforeAll(() => it.#start(), 60_000);
    afterAll(() => it.#stop());
    beforeEach(() => it.#open());
    afterEach(() => it.#close());
    return it;
  }

  evaluate = (text: string): Promise<unknown> => this.#page.evaluate(text);

  /** Waits until an expression in the page has this value. */
  has = (text: string, expected: unknown): Promise<void> =>
    expect
      .poll(() => this.evaluate(text), { timeout: 8000, interval: 20 })
      .toEqual(expected) as Promise<void>;

  /** Waits until the server has this many TCP connections. */
  sockets = (count: number): Promise<void> =>
    expect.poll(() => this.server.sockets, { timeout: 8000, interval: 20 }).toBe(count) as Promise<void>;

  async #start(): Promise<void> {
    this.#browser = await startChromium();
    this.site = await Site.start();
    const { code } = await bundle(PRELUDE);
    this.site.files.set('/', HTML);
    this.#page = await openPage(this.#browser, this.site, code, this.complaints);
    this.#page.on('console', (line) => {
      // Chromium reports each failed dial by itself.
      if (!['error', 'warning'].includes(line.type()) || line.text().startsWith('WebSocket connection to'))
        return;
      this.complaints.push(line.text());
    });
  }

  async #stop(): Promise<void> {
    await this.#browser?.close();
    await this.site?.stop();
  }

  async #open(): Promise<void> {
    this.server = await FaultServer.start();
    this.complaints.length = 0;
    await this.evaluate('void (renders.length = log.length = 0)');
  }

  async #close(): Promise<void> {
    await this.evaluate('unmount()');
    await this.sockets(0);
    await this.server.stop();
  }
}
