/**
 * Dispatchers of undici 6 and older, as Node 20 has one inside, are refused by name. A file of its own: importing
 * a newer undici would put that one's dispatcher in the place where Node keeps its own.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { dial } from '../support/dial.js';

type Dispatcher = NonNullable<WebSocketOptions['dispatcher']>;

let server: FaultServer;
beforeAll(async () => {
  server = await FaultServer.start();
});
afterAll(() => server?.stop());

/** The undici inside Node, as `fetch` uses it. */
async function inside(): Promise<Dispatcher> {
  await fetch('data:,').catch(() => {});
  return (globalThis as never)[Symbol.for('undici.globalDispatcher.1')];
}

describe.runIf(/^[56]\./.test(process.versions.undici ?? ''))('the undici inside Node (6 and older)', () => {
  const refused = {
    name: 'ConfigurationError',
    option: 'dispatcher',
    message: expect.stringContaining('undici 7.30.2 or newer'),
  };

  it('is refused by name, and for good', async () => {
    const before = server.seen.handshakes.length;
    const { error, dials } = await dial(server.url('/'), { dispatcher: await inside() });
    expect(error).toMatchObject(refused);
    expect(dials).toBe(1);
    expect(server.seen.handshakes.length).toBe(before);
  });

  it('also where interceptors of its time hide the handler', async () => {
    const old = await inside();
    // As undici 6's DecoratorHandler: it has all the older methods, and passes on what the handler has.
    const decorate = (handler: Record<string, ((...given: unknown[]) => unknown) | undefined>): unknown => {
      const names = ['onConnect', 'onError', 'onUpgrade', 'onHeaders', 'onData', 'onComplete', 'onBodySent'];
      return Object.fromEntries(
        names.map((name) => [name, (...given: unknown[]) => handler[name]?.(...given)]),
      );
    };
    const dispatcher: Dispatcher = {
      dispatch: (options, handler) => old.dispatch(options, decorate(handler as never)),
    };
    const { error, dials } = await dial(server.url('/'), { dispatcher });
    expect(error).toMatchObject(refused);
    expect(dials).toBe(1);
  });
});
