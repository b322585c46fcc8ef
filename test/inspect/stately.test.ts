/**
 * Through Stately's own inspectors, offline: what they relay holds the life of a connection and no secret.
 */
import { createBrowserInspector, createWebSocketInspector } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { freePort } from '../support/tools.js';
import { foundIn, liveWithSecrets, STATES_OF_LIFE } from './secrets.js';

/** What Stately's inspectors make of XState's events. */
interface Relayed {
  readonly type: string;
  readonly name?: string;
  readonly sessionId: string;
  readonly rootId: string;
  readonly parentId?: string;
  readonly definition?: string;
  readonly event?: { readonly type: string };
  readonly snapshot?: {
    readonly value?: unknown;
    readonly tags?: readonly string[];
    readonly context?: unknown;
  };
}

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** The states of the root actor, in order. */
function statesOf(events: readonly Relayed[]): unknown[] {
  return events
    .filter(({ type, sessionId, rootId }) => type === '@xstate.snapshot' && sessionId === rootId)
    .map(({ snapshot }) => snapshot?.tags?.[0])
    .filter((tag, at, all) => tag !== all[at - 1]);
}

function expectLife(events: readonly Relayed[], raw: string): void {
  expect(statesOf(events)).toEqual(STATES_OF_LIFE);
  const root = events.find(({ type, sessionId, rootId }) => type === '@xstate.actor' && sessionId === rootId);
  expect(root?.name).toMatch(/^chat\.example\.com\/room #\d+$/);
  // The page draws this.
  const definition = JSON.parse(root?.definition ?? '') as { id: string; states: object };
  expect(definition.id).toBe('connection');
  expect(Object.keys(definition.states).sort()).toEqual([
    'backoff',
    'closed',
    'exhausted',
    'idle',
    'lost',
    'session',
  ]);
  const sockets = events.filter(({ type, name }) => type === '@xstate.actor' && name === 'socket');
  expect(sockets).toHaveLength(5);
  for (const { parentId } of sockets) expect(parentId).toBe(root?.sessionId);
  const heard = events.filter(({ type }) => type === '@xstate.event').map(({ event }) => event?.type);
  for (const type of [
    'connect',
    'socket.failed',
    'socket.opened',
    'socket.answered',
    'socket.peerClosed',
    'abort',
  ]) {
    expect(heard).toContain(type);
  }
  expect(raw).toContain('The headers provider failed');
  expect(foundIn(raw)).toEqual([]);
}

describe('createInspectorServer and createWebSocketInspector', () => {
  it('relay a whole life, with the right states and none of the secrets', async () => {
    const port = await freePort();
    const server = createInspectorServer({ port, autoOpen: false });
    endings.push(() => server.stop());
    // A page that observes: it gets the very text that the page of Stately would get.
    const relayed: string[] = [];
    const page = new WebSocket(`ws://127.0.0.1:${port}`);
    endings.push(() => page.terminate());
    await new Promise((resolve) => page.once('open', resolve));
    const ended = new Promise<void>((resolve) => {
      page.on('message', (data) => {
        relayed.push(String(data));
        if (String(data).includes('"aborted"') && String(data).includes('@xstate.snapshot')) resolve();
      });
    });
    const inspector = createWebSocketInspector({ url: `ws://127.0.0.1:${port}` });
    endings.push(() => inspector.stop());
    await liveWithSecrets(inspector.inspect);
    await ended;
    expectLife(
      relayed.map((text) => JSON.parse(text) as Relayed),
      relayed.join('\n'),
    );
  });
});

describe('createBrowserInspector', () => {
  it('posts a whole life to its window, with the right states and none of the secrets', async () => {
    const posted: Relayed[] = [];
    let connect: (event: { data: unknown }) => void = () => {};
    const inspector = createBrowserInspector({
      // A browser's window, as far as the inspector goes: it opens Stately's page, and hears that it is there.
      window: {
        open: () => ({ postMessage: (event: Relayed) => posted.push(event) }),
        addEventListener: (_type: string, listener: typeof connect) => {
          connect = listener;
        },
      } as unknown as NonNullable<Parameters<typeof createBrowserInspector>[0]>['window'] & object,
    });
    connect({ data: { type: '@statelyai.connected' } });
    await liveWithSecrets(inspector.inspect);
    // The inspector looks at each event in a timer of its own; timers of one delay fire in order.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expectLife(posted, JSON.stringify(posted));
    inspector.stop();
  });
});

describe('the option inspect', () => {
  it('takes each of them as it is, and a function', () => {
    const transport = fakeTransport();
    const inspector = createBrowserInspector({
      window: { open: () => null, addEventListener() {} } as never,
      autoStart: false,
    });
    const types: string[] = [];
    for (const inspect of [inspector.inspect, (event: { type: string }) => void types.push(event.type)]) {
      expect(new ReckerWebSocket('wss://a.example.com', { transport, inspect }).state).toBe('idle');
    }
    expect(types.slice(0, 2)).toEqual(['@xstate.actor', '@xstate.event']);
  });
});
