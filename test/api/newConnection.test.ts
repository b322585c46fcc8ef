/**
 * A connection that is replaced within one step of the client: `reconnect()` while open, and `connect()` while
 * closing. The old one's end must not take anything of the new one along.
 */
import { describe, expect, it } from 'vitest';
import {
  type CloseInfo,
  ConnectionError,
  type OpenInfo,
  ReckerWebSocket,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

function opened(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock(1_000_000);
  const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, ...options });
  void ws.connect();
  transport.last.open();
  return { transport, clock, ws };
}

describe('reconnect() while open', () => {
  it('sends on the new connection', async () => {
    const { ws, transport } = opened();
    const reconnected = ws.reconnect();
    void ws.send('queued');
    transport.last.open();
    await reconnected;
    await ws.send('sent');
    expect(transport.last.sent).toEqual(['queued', 'sent']);
    expect(ws.bufferedAmount).toBe(0);
  });

  it('says of the old connection what it had not sent', () => {
    const { ws, transport } = opened();
    transport.last.holdWrites = true;
    void ws.send('12345');
    const infos: CloseInfo[] = [];
    ws.on('close', (_code, _reason, info) => infos.push(info));
    void ws.reconnect();
    expect(infos).toEqual([{ wasClean: false, unsentBytes: 5, willReconnect: true }]);
    expect([transport.dials[0]?.destroyed, transport.live]).toEqual([true, [transport.last]]);
  });

  it('counts the downtime from the moment that the old connection ended', () => {
    const { ws, transport, clock } = opened();
    const infos: OpenInfo[] = [];
    ws.on('open', (info) => infos.push(info));
    void ws.reconnect();
    clock.advance(70);
    transport.last.open();
    expect(infos).toEqual([{ reconnected: true, attempt: 0, downtime: 70 }]);
  });

  it('leaves the option reconnect to decide when the new dial fails', async () => {
    const { ws, transport } = opened();
    const reconnected = ws.reconnect();
    transport.last.fail(new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
    await expect(reconnected).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(ws.state).toBe('closed');
  });
});

describe('connect() while closing', () => {
  it('sends on the new connection', async () => {
    const { ws, transport } = opened();
    const closed = ws.close();
    const connected = ws.connect();
    transport.last.end({ code: 1000, wasClean: true });
    await closed;
    void ws.send('queued');
    transport.last.open();
    await connected;
    await ws.send('sent');
    expect(transport.dials.map(({ sent }) => sent)).toEqual([[], ['queued', 'sent']]);
  });

  it('keeps an iterator that began meanwhile, and ends one from before', async () => {
    const { ws, transport } = opened();
    const before = ws[Symbol.asyncIterator]();
    const ended = before.next();
    void ws.close();
    const after = ws[Symbol.asyncIterator]();
    transport.last.message('late');
    transport.last.end();
    transport.last.open();
    transport.last.message('new');
    expect([await ended, await before.next()]).toMatchObject([{ value: { data: 'late' } }, { done: true }]);
    expect([await after.next(), await after.next()]).toMatchObject([
      { value: { data: 'late' } },
      { value: { data: 'new' } },
    ]);
  });

  it('ends an iterator from before also where the peer had begun to close', async () => {
    const { ws, transport } = opened({ reconnect: true });
    const before = ws[Symbol.asyncIterator]();
    transport.last.peerClose(1001);
    void ws.close();
    void ws.connect();
    transport.last.end();
    expect([await before.next(), ws.state]).toMatchObject([{ done: true }, 'backoff']);
  });

  it('begins anew: no downtime, not a reconnection', () => {
    const { ws, transport, clock } = opened();
    const infos: OpenInfo[] = [];
    ws.on('open', (info) => infos.push(info));
    void ws.close();
    void ws.connect();
    transport.last.end();
    clock.advance(70);
    transport.last.open();
    expect(infos).toEqual([{ reconnected: false, attempt: 0, downtime: 0 }]);
  });
});
