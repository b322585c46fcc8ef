/**
 * A tab that is driven by the DevTools protocol alone (https://chromedevtools.github.io/devtools-protocol/). Playwright
 * keeps its own pages visible and in focus, so those are never hidden, and a page that is not hidden cannot be frozen.
 */
import type { Browser, CDPSession } from 'playwright-core';

interface Answer {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

export class Tab {
  readonly #session: CDPSession;
  readonly #answers = new Map<number, Answer>();
  #target = '';
  #sessionId = '';
  #sent = 0;

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId !== this.#sessionId) return;
      const { id, result, error } = JSON.parse(message);
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error === undefined) answer?.resolve(result as never);
      else answer?.reject(new Error(error.message));
    });
  }

  /** Opens a visible tab, and waits until its page has run. */
  static async open(browser: Browser, url: string): Promise<Tab> {
    const session = await browser.newBrowserCDPSession();
    const tab = new Tab(session);
    tab.#target = (await session.send('Target.createTarget', { url })).targetId;
    const attached = await session.send('Target.attachToTarget', { targetId: tab.#target, flatten: false });
    tab.#sessionId = attached.sessionId;
    await tab.loaded(url);
    return tab;
  }

  async loaded(url: string): Promise<void> {
    const isLoaded = `location.href === '${url}' && document.readyState === 'complete'`;
    while ((await this.evaluate(isLoaded).catch(() => false)) !== true) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  send<Result>(method: string, params: object = {}): Promise<Result> {
    this.#sent += 1;
    const id = this.#sent;
    return new Promise<Result>((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      const message = JSON.stringify({ id, method, params });
      this.#session.send('Target.sendMessageToTarget', { sessionId: this.#sessionId, message }).catch(reject);
    });
  }

  /** The value of an expression, or what its promise resolves with. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send<{
      readonly result: { readonly value?: unknown };
      readonly exceptionDetails?: { readonly text: string; readonly exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Hides every other tab. */
  async show(): Promise<void> {
    await this.#session.send('Target.activateTarget', { targetId: this.#target });
  }

  freeze = () => this.send<unknown>('Page.setWebLifecycleState', { state: 'frozen' });
  thaw = () => this.send<unknown>('Page.setWebLifecycleState', { state: 'active' });

  async goOffline(offline: boolean): Promise<void> {
    await this.send('Network.enable');
    const conditions = { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.send('Network.emulateNetworkConditions', conditions);
  }

  /** Bytes of the heap in use after a collection. */
  async heap(): Promise<number> {
    await this.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.send<{ readonly usedSize: number }>('Runtime.getHeapUsage');
    return usedSize;
  }

  async close(): Promise<void> {
    await this.#session.send('Target.closeTarget', { targetId: this.#target });
    await this.#session.detach();
  }
}
