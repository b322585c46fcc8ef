/**
 * What the live view remembers, and how much of it.
 */
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { activePaths, type Bounds, DEFAULT_BOUNDS, History, triggerOf } from '../../src/inspect/history.js';
import { writtenTransitions } from '../../src/machine/writtenTransitions.js';
import { ConnectionError } from '../../src/port/errors.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

function setUp(bounds: Partial<Bounds> = {}) {
  const clock = new VirtualClock(1_000_000);
  const transport = fakeTransport();
  const history = new History({ ...DEFAULT_BOUNDS, ...bounds }, clock.now);
  const inspect = {
    next: (event: Parameters<History['record']>[0]) => history.record(event),
    watch: (id: string, look: Parameters<History['watch']>[1]) => history.watch(id, look),
  };
  const make = (options: WebSocketOptions = {}): ReckerWebSocket => {
    const ws = new ReckerWebSocket('wss://a.example.com/x', {
      transport,
      clock,
      inspect,
      reconnect: true,
      maxReconnectAttempts: 0,
      heartbeatInterval: 0,
      ...options,
    });
    ws.on('error', () => {});
    return ws;
  };
  return { clock, transport, history, make };
}

describe('the timeline', () => {
  it('records each step: what moved the chart, from where to where, attempts, delays, how a connection ended', async () => {
    const { clock, transport, history, make } = setUp();
    const ws = make();
    ws.connect().catch(() => {});
    await clock.advanceAsync(20);
    transport.last.fail(new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
    await clock.advanceAsync(1000);
    transport.last.open();
    ws.close(1000, 'done');
    transport.last.end({ code: 1000, reason: 'done', wasClean: true });
    const [summary] = history.summaries();
    const entries = history.timeline(summary?.id ?? '');
    expect(entries).toEqual([
      { n: 1, at: 1_000_000, trigger: 'xstate.init', to: 'idle', state: 'idle', transitions: [] },
      {
        n: 2,
        at: 1_000_000,
        trigger: 'connect',
        from: 'idle',
        to: 'session.connecting',
        state: 'connecting',
        lasted: 0,
        transitions: ['idle:connect'],
      },
      {
        n: 3,
        at: 1_000_020,
        trigger: 'socket.failed',
        from: 'session.connecting',
        to: 'backoff',
        state: 'backoff',
        lasted: 20,
        transitions: ['session.connecting:socket.failed', 'lost.undecided:always:canRetry'],
        attempt: 1,
        delay: 1000,
        end: {
          code: 1006,
          reason: '',
          wasClean: false,
          error: { name: 'ConnectionError', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
        },
      },
      {
        n: 4,
        at: 1_001_020,
        trigger: 'after retryDelay',
        from: 'backoff',
        to: 'session.reconnecting',
        state: 'reconnecting',
        lasted: 1000,
        transitions: ['backoff:after.retryDelay'],
        attempt: 1,
      },
      {
        n: 5,
        at: 1_001_020,
        trigger: 'socket.opened',
        from: 'session.reconnecting',
        to: 'session.open.unwatched',
        state: 'open',
        lasted: 0,
        transitions: ['session.reconnecting:socket.opened:otherwise'],
      },
      {
        n: 6,
        at: 1_001_020,
        trigger: 'close',
        from: 'session.open.unwatched',
        to: 'session.closing.byUs',
        state: 'closing',
        lasted: 0,
        transitions: ['session.open:close'],
      },
      {
        n: 7,
        at: 1_001_020,
        trigger: 'socket.closed',
        from: 'session.closing.byUs',
        to: 'closed.ended',
        state: 'closed',
        lasted: 0,
        transitions: ['session.closing.byUs:socket.closed'],
        end: { code: 1000, reason: 'done', wasClean: true },
      },
    ]);
    expect(summary).toMatchObject({ state: 'closed', active: ['closed', 'closed.ended'] });
  });

  it('names every transition as the drawing does', async () => {
    const { clock, transport, history, make } = setUp();
    const known = new Set(writtenTransitions().map(({ id }) => id));
    const ws = make({ heartbeatInterval: 1000, heartbeatTimeout: 500, autoConnect: true });
    await clock.advanceAsync(0);
    transport.last.open();
    await clock.advanceAsync(1400);
    transport.last.pong();
    await clock.advanceAsync(3000);
    ws.reconnect().catch(() => {});
    transport.last.open();
    ws.reconnect().catch(() => {});
    transport.last.open();
    transport.last.peerClose(1001);
    transport.last.end();
    ws.close();
    const [summary] = history.summaries();
    const seen = history.timeline(summary?.id ?? '').flatMap(({ transitions }) => transitions);
    expect(seen.length).toBeGreaterThan(10);
    for (const id of seen) expect(known).toContain(id);
  });

  it('folds heartbeats into one entry, with their round trips', async () => {
    const { clock, transport, history, make } = setUp();
    const ws = make({ heartbeatInterval: 1000, heartbeatTimeout: 500 });
    ws.connect();
    transport.last.open();
    for (const rtt of [30, 10, 20]) {
      await clock.advanceAsync(transport.last.pings === 0 ? 1000 : 500);
      await clock.advanceAsync(rtt);
      transport.last.pong();
      await clock.advanceAsync(500 - rtt);
    }
    const [summary] = history.summaries();
    const entries = history.timeline(summary?.id ?? '');
    expect(entries.map(({ to }) => to)).toEqual([
      'idle',
      'session.connecting',
      'session.open.alive',
      'session.open.alive',
    ]);
    expect(entries.at(-1)?.heartbeats).toEqual({ count: 3, last: 20, least: 10, most: 30 });
    // What is lit follows each of them all the same.
    expect(summary?.active.at(-1)).toBe('session.open.alive');
    expect(summary?.since).toBe(1_000_000);
  });
});

describe('memory', () => {
  it('is bounded for one connection: old entries are dropped', () => {
    const { transport, history, make } = setUp({ entriesOfOne: 10 });
    const ws = make();
    for (let round = 0; round < 50; round += 1) {
      ws.connect().catch(() => {});
      ws.close();
    }
    const entries = history.timeline(history.summaries()[0]?.id ?? '');
    expect(entries).toHaveLength(10);
    expect(entries.at(-1)).toMatchObject({ n: 101, to: 'closed.ended' });
    expect(transport.dials).toHaveLength(50);
  });

  it('is bounded for all together: those with the longest timelines give', () => {
    const { history, make } = setUp({ entries: 300 });
    const clients = Array.from({ length: 20 }, () => make());
    for (let round = 0; round < 50; round += 1) {
      clients[0]?.connect().catch(() => {});
      clients[0]?.close();
      clients[round % 20]?.connect().catch(() => {});
    }
    const lengths = history.summaries().map(({ id }) => history.timeline(id).length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(300);
    for (const length of lengths) expect(length).toBeGreaterThan(0);
  });

  it('is bounded in connections: those at rest go first, and the listeners are called', () => {
    const { history, make } = setUp({ connections: 3 });
    const gone: string[] = [];
    history.listen({ changed() {}, entered() {}, gone: (id) => gone.push(id) });
    const clients = [make(), make(), make()];
    const ids = history.summaries().map(({ id }) => id);
    clients[1]?.close();
    make();
    expect(gone).toEqual([ids[1]]);
    make();
    expect(gone).toEqual([ids[1], ids[0]]);
    expect(history.summaries()).toHaveLength(3);
  });

  it('stays small, at a tenth of the default bounds as at the whole', () => {
    const { connections, entries } = DEFAULT_BOUNDS;
    const { history, make } = setUp({ connections: connections / 10, entries: entries / 10 });
    for (const ws of Array.from({ length: 120 }, () => make())) {
      for (let round = 0; round < 10; round += 1) {
        ws.connect().catch(() => {});
        ws.close();
      }
    }
    const kept = history.summaries().map(({ id }) => history.timeline(id));
    expect(kept.length).toBe(100);
    expect(JSON.stringify(kept).length).toBeLessThan(1_000_000);
  });
});

describe('words', () => {
  it('names delays by their names, events by their types', () => {
    expect(triggerOf('xstate.after.retryDelay.backoff')).toBe('after retryDelay');
    expect(triggerOf('socket.closed')).toBe('socket.closed');
  });

  it('lists the active states from the outermost in', () => {
    expect(activePaths({ session: { open: 'alive' } })).toEqual([
      'session',
      'session.open',
      'session.open.alive',
    ]);
    expect(activePaths('idle')).toEqual(['idle']);
    expect(activePaths(undefined)).toEqual([]);
  });
});
