/**
 * Order and states of the events, what listeners may do, and the class with `reconnect`: over a fake transport, in virtual
 * time.
 */
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/index.js';
import type { WebSocket } from '../../src/websocket/index.js';
import { fake, next, record, thrown, turn } from './support.js';

const REFUSED = new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });

function opened(options: Parameters<typeof fake>[0] = {}) {
  const made = fake(options);
  const ws = new made.Impl('ws://h/');
  const lines = record(ws);
  made.transport.last.open({ protocol: 'p', extensions: 'e' });
  return { ...made, ws, lines };
}

describe('order and states', () => {
  it('open at 1; a message; the Close of the peer at 2, close at 3', () => {
    const { ws, lines, transport } = opened();
    transport.last.message('x');
    transport.last.peerClose(4001, 'moved');
    expect([ws.readyState, ws.protocol, ws.extensions]).toEqual([2, 'p', 'e']);
    transport.last.end();
    expect(lines).toEqual(['open 1', 'message x 1', 'close 3 4001 "moved" true']);
    expect([ws.readyState, ws.protocol]).toEqual([3, 'p']);
  });

  it('a failed dial: error, then close, both at 3', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    const lines = record(ws);
    const seen: unknown[] = [];
    ws.onerror = (event) => seen.push((event as { message?: string }).message);
    transport.last.fail(REFUSED);
    expect(lines).toEqual(['error 3 ConnectionError', 'close 3 1006 "" false']);
    expect(seen).toEqual(['connect ECONNREFUSED']);
  });

  it('a FIN without a Close: close alone', () => {
    const { lines, transport } = opened();
    transport.last.end();
    expect(lines).toEqual(['open 1', 'close 3 1006 "" false']);
  });

  it('a reset: error, then close', () => {
    const { lines, transport } = opened();
    transport.last.end({ error: new ConnectionError('read ECONNRESET', { code: 'ECONNRESET' }) });
    expect(lines).toEqual(['open 1', 'error 3 ConnectionError', 'close 3 1006 "" false']);
  });

  it('a breach of the protocol: error, then close', () => {
    const { lines, transport } = opened();
    const error = new ConnectionError('Invalid frame');
    transport.last.peerErr(error, 1002);
    transport.last.end({ error });
    expect(lines).toEqual(['open 1', 'error 3 ConnectionError', 'close 3 1006 "" false']);
  });

  it('a heartbeat that is not answered: close alone', async () => {
    const { lines, transport, clock } = opened({ heartbeatInterval: 100, heartbeatTimeout: 50 });
    transport.last.autoAnswer = 'dead';
    clock.advance(100);
    clock.advance(50);
    await turn();
    expect(lines).toEqual(['open 1', 'close 3 1006 "" false']);
  });

  it('close() while connecting: 2 on return, error and close in a later task', async () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    const lines = record(ws);
    ws.close();
    ws.close();
    expect([ws.readyState, transport.last.destroyed]).toEqual([2, true]);
    await Promise.resolve();
    expect(lines).toEqual([]);
    await turn();
    expect(lines).toEqual(['error 3 AbortError', 'close 3 1006 "" false']);
  });

  it('close() when open: no message afterwards, close at 3', () => {
    const { ws, lines, transport } = opened();
    ws.close(3000, 'bye');
    transport.last.message('late');
    transport.last.peerClose(3000, 'bye');
    transport.last.end();
    expect(lines).toEqual(['open 1', 'close 3 3000 "bye" true']);
  });

  it('terminate(): close in a later task, and no error', async () => {
    const { ws, lines, transport } = opened();
    ws.terminate();
    expect([ws.readyState, transport.last.destroyed, lines]).toEqual([2, true, ['open 1']]);
    ws.terminate();
    await turn();
    expect(lines).toEqual(['open 1', 'close 3 1006 "" false']);
    ws.terminate();
    await turn();
    expect(lines).toHaveLength(2);
  });

  it('a dial that fails at once fires its events after the constructor', async () => {
    const { Impl } = fake({
      headers: () => {
        throw new Error('no token');
      },
    });
    const ws = new Impl('ws://h/');
    const lines = record(ws);
    expect(ws.readyState).toBe(0);
    await next(ws, 'close');
    expect(lines[1]).toBe('close 3 1006 "" false');
  });

  it('a signal that is aborted before, or in the task of the constructor: error, then close, in a later task', async () => {
    const early = new AbortController();
    early.abort();
    const late = new AbortController();
    for (const { signal } of [early, late]) {
      const { Impl, transport } = fake({ signal });
      const ws = new Impl('ws://h/');
      const lines = record(ws);
      late.abort();
      await turn();
      expect(lines).toEqual(['error 3 AbortError', 'close 3 1006 "" false']);
      expect([ws.readyState, transport.dials.every(({ destroyed }) => destroyed)]).toEqual([3, true]);
    }
  });

  it('no reconnection, and no process warning', () => {
    const { transport, clock } = opened();
    transport.last.end();
    clock.advance(3_600_000);
    expect(transport.dials).toHaveLength(1);
  });

  it('origin is that of the URL, data as binaryType says', () => {
    const { ws, transport } = opened();
    const got: unknown[] = [];
    ws.onmessage = ({ data, origin }) => got.push(data, origin);
    ws.binaryType = 'arraybuffer';
    const bytes = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
    transport.last.message(bytes);
    expect(got).toEqual([new Uint8Array([1, 2]).buffer, 'ws://h']);
    ws.binaryType = 'nodebuffer';
    transport.last.message(bytes);
    expect(Buffer.isBuffer(got[2]) && got[2].equals(bytes)).toBe(true);
    ws.binaryType = 'blob';
    transport.last.message(bytes);
    expect(got[4]).toBeInstanceOf(Blob);
  });

  it('counts messages that nobody listens to as unread', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    transport.last.open();
    transport.last.message('x');
    expect(ws.client.stats().messagesUnread).toBe(1);
    ws.onmessage = () => {};
    transport.last.message('y');
    expect(ws.client.stats().messagesUnread).toBe(1);
  });
});

describe('send() and bufferedAmount', () => {
  it('does not shrink within the task, and counts payload', async () => {
    const { ws, transport } = opened();
    ws.send('é');
    ws.send(new Uint8Array(10));
    ws.send(new DataView(new ArrayBuffer(8), 2, 3));
    expect([ws.bufferedAmount, transport.last.bufferedAmount]).toEqual([15, 0]);
    await turn();
    expect(ws.bufferedAmount).toBe(0);
  });

  it('shrinks in later tasks as the kernel takes it', async () => {
    const { ws, transport } = opened();
    transport.last.holdWrites = true;
    ws.send('x'.repeat(1000));
    await turn();
    expect(ws.bufferedAmount).toBe(1000);
    transport.last.take(508);
    expect(ws.bufferedAmount).toBe(500);
    ws.send('y');
    expect(ws.bufferedAmount).toBe(501);
    transport.last.take();
    expect(ws.bufferedAmount).toBe(501);
    await turn();
    expect(ws.bufferedAmount).toBe(0);
  });

  it('grows after close() and after the end, and nothing is sent', async () => {
    const { ws, transport } = opened();
    ws.close();
    ws.send('abc');
    transport.last.peerClose();
    transport.last.end();
    ws.send(new Uint8Array(4));
    await turn();
    expect([ws.bufferedAmount, transport.last.sent]).toEqual([7, []]);
  });

  it('counts once what waited when the connection was cut', () => {
    const { Impl } = fake({ reconnect: true });
    const ws = new Impl('ws://h/');
    ws.send('xyz');
    expect(ws.bufferedAmount).toBe(3);
    ws.close();
    expect(ws.bufferedAmount).toBe(3);
    ws.send('more');
    expect(ws.bufferedAmount).toBe(7);
  });

  it('copies bytes, and a Blob keeps its place', async () => {
    const { ws, transport } = opened();
    const bytes = new Uint8Array([1, 2]);
    ws.send(new Blob(['blob']));
    ws.send(bytes);
    bytes[0] = 9;
    await expect.poll(() => transport.last.sent.length).toBe(2);
    expect([...(transport.last.sent[1] as Uint8Array)]).toEqual([1, 2]);
  });

  it('calls a callback that comes last, as ws does', async () => {
    const { ws } = opened();
    const calls: unknown[] = [];
    ws.send('a', (error) => calls.push(['a', error?.name]));
    ws.send('b', { binary: false }, (error) => calls.push(['b', error?.name]));
    ws.close();
    ws.send('c', (error) => calls.push(['c', error?.name]));
    expect(calls).toEqual([]);
    await expect.poll(() => calls.length).toBe(3);
    expect(calls).toContainEqual(['a', undefined]);
    expect(calls).toContainEqual(['b', undefined]);
    expect(calls).toContainEqual(['c', 'AbortError']);
  });

  it('a full queue ends the connection', async () => {
    const { ws, lines, transport } = opened({ maxInFlight: 1, sendQueue: { maxBytes: 1000 } });
    transport.last.holdWrites = true;
    ws.send('x'.repeat(10));
    ws.send('y'.repeat(2000));
    expect([ws.readyState, transport.last.destroyed]).toEqual([2, true]);
    await turn();
    expect(lines).toEqual(['open 1', 'error 3 QueueFullError', 'close 3 1006 "" false']);
  });
});

describe('inside of listeners', () => {
  it('close() in open', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    const lines = record(ws);
    ws.onopen = () => {
      ws.send('last words');
      ws.close();
      expect(ws.readyState).toBe(2);
    };
    transport.last.open();
    expect([transport.last.sent, transport.last.closes]).toEqual([
      ['last words'],
      [{ code: null, reason: '' }],
    ]);
    transport.last.peerClose();
    transport.last.end();
    expect(lines).toEqual(['open 1', 'close 3 1005 "" true']);
  });

  it('send() and close() in close, a new one in error', () => {
    const { Impl, transport } = fake();
    const ws = new Impl('ws://h/');
    const made: WebSocket[] = [];
    ws.onerror = () => made.push(new Impl('ws://h/again'));
    ws.onclose = () => {
      ws.send('abc');
      ws.close();
    };
    transport.last.fail(REFUSED);
    expect([ws.bufferedAmount, ws.readyState, transport.dials.length]).toEqual([3, 3, 2]);
    transport.last.open();
    expect(made[0]?.readyState).toBe(1);
  });

  it('close() in message: those that came with it are dropped', () => {
    const { ws, lines, transport } = opened();
    ws.onmessage = () => ws.close();
    transport.last.message('one');
    transport.last.message('two');
    expect(lines).toEqual(['open 1', 'message one 1']);
  });

  it('once, signal, handleEvent, and removal while dispatching', () => {
    const { ws, transport } = opened();
    const calls: string[] = [];
    const abort = new AbortController();
    const removed = (): void => void calls.push('removed');
    ws.addEventListener('message', () => calls.push('once'), { once: true });
    ws.addEventListener('message', () => ws.removeEventListener('message', removed));
    ws.addEventListener('message', removed);
    ws.addEventListener('message', () => calls.push('signal'), { signal: abort.signal });
    ws.addEventListener('message', { handleEvent: ({ data }) => calls.push(`object ${data}`) });
    ws.addEventListener('message', null);
    transport.last.message('a');
    abort.abort();
    transport.last.message('b');
    expect(calls).toEqual(['once', 'signal', 'object a', 'object b']);
  });

  it('many listeners give no warning', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', onWarning);
    const { ws } = opened();
    for (let count = 0; count < 50; count += 1) ws.addEventListener('message', () => {});
    await turn();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('with reconnect', () => {
  const OPTIONS = { reconnect: true, reconnectDelay: 100, maxReconnectAttempts: 2 } as const;

  it('each loss and each failed dial fires its events at 3, and is 0 afterwards; each return fires open', () => {
    const { ws, lines, transport, clock } = opened(OPTIONS);
    transport.last.end();
    expect(ws.readyState).toBe(0);
    clock.advance(100);
    expect([ws.readyState, ws.client.state]).toEqual([0, 'reconnecting']);
    transport.last.fail(REFUSED);
    expect([ws.readyState, ws.client.state]).toEqual([0, 'backoff']);
    clock.advance(200);
    transport.last.open();
    expect(ws.readyState).toBe(1);
    expect(lines).toEqual([
      'open 1',
      'close 3 1006 "" false',
      'error 3 ConnectionError',
      'close 3 1006 "" false',
      'open 1',
    ]);
  });

  it('ends at 3 where the attempts are used up', () => {
    const { ws, lines, transport, clock } = opened(OPTIONS);
    transport.last.end();
    for (const delay of [100, 200]) {
      clock.advance(delay);
      transport.last.fail(REFUSED);
    }
    expect([ws.readyState, ws.client.state, lines.length]).toEqual([3, 'exhausted', 6]);
    ws.send('abc');
    expect(ws.bufferedAmount).toBe(3);
  });

  it('queues from construction on, and between connections', () => {
    const { Impl, transport, clock } = fake(OPTIONS);
    const ws = new Impl('ws://h/');
    ws.send('first');
    expect(ws.bufferedAmount).toBe(5);
    transport.last.open();
    ws.onclose = () => ws.send('second');
    transport.last.peerClose(1001);
    ws.send('third');
    transport.last.end();
    clock.advance(100);
    transport.last.open();
    expect(transport.dials.map(({ sent }) => sent)).toEqual([['first'], ['third', 'second']]);
  });

  it('is 0 while prepare runs', async () => {
    const { Impl, transport } = fake({ ...OPTIONS, prepare: (session) => session.send('login') });
    const ws = new Impl('ws://h/');
    const lines = record(ws);
    transport.last.open();
    expect(ws.readyState).toBe(0);
    await next(ws, 'open');
    expect([lines, transport.last.sent]).toEqual([['open 1'], ['login']]);
  });

  it('close() in a listener of close ends it, without a second event', async () => {
    const { ws, lines, transport, clock } = opened(OPTIONS);
    ws.onclose = () => ws.close();
    transport.last.end();
    clock.advance(10_000);
    await turn();
    expect([ws.readyState, ws.client.state, transport.dials.length]).toEqual([3, 'closed', 1]);
    expect(lines).toEqual(['open 1', 'close 3 1006 "" false']);
  });

  it('close() after the Close of the peer ends it', () => {
    const { ws, lines, transport, clock } = opened(OPTIONS);
    transport.last.peerClose(1001);
    ws.close(4000);
    transport.last.end();
    clock.advance(10_000);
    expect([ws.readyState, transport.dials.length, transport.last.closes]).toEqual([3, 1, []]);
    expect(lines).toEqual(['open 1', 'close 3 1001 "" true']);
  });

  it('close() in backoff: error and close in a later task, and it is over', async () => {
    const { ws, lines, transport, clock } = opened(OPTIONS);
    transport.last.end();
    ws.close(3000, 'x');
    expect(ws.readyState).toBe(2);
    await turn();
    clock.advance(10_000);
    expect([ws.readyState, transport.dials.length]).toEqual([3, 1]);
    expect(lines.slice(2)).toEqual(['error 3 AbortError', 'close 3 1006 "" false']);
  });

  it('a bound signal ends it', () => {
    const abort = new AbortController();
    const { ws, lines } = opened({ ...OPTIONS, signal: abort.signal });
    abort.abort();
    expect([ws.readyState, lines[1]]).toEqual([3, 'close 3 1006 "" false']);
    expect(thrown(() => ws.close())).toBe('nothing');
  });

  it('works also where a library replaces the client’s connection', async () => {
    const { ws, lines, transport } = opened();
    void ws.client.reconnect();
    expect([ws.readyState, transport.dials.length]).toEqual([0, 2]);
    transport.last.open();
    expect(lines).toEqual(['open 1', 'close 3 1006 "" false', 'open 1']);
  });
});
