/** The fake transport alone: it records, it keeps the port's promises, and refuses impossible orders. */
import { describe, expect, it, vi } from 'vitest';
import { ConnectionError } from '../../src/port/errors.js';
import type { DialRequest, TransportObserver } from '../../src/port/transport.js';
import { type FakeTransportOptions, fakeTransport } from '../../src/testing/fakeTransport.js';

const request: DialRequest = Object.freeze({
  url: 'ws://localhost/',
  protocols: [],
  headers: {},
  perMessageDeflate: false,
  maxPayload: 1024,
  closeTimeout: 1000,
  tls: undefined,
  proxy: undefined,
  dispatcher: undefined,
});

function dialled(options?: FakeTransportOptions) {
  const reported: unknown[][] = [];
  const tell =
    (name: string) =>
    (...args: unknown[]): void =>
      void reported.push([name, ...args]);
  const observer: TransportObserver = {
    opened: tell('opened'),
    failed: tell('failed'),
    message: tell('message'),
    ponged: tell('ponged'),
    answered: tell('answered'),
    filled: tell('filled'),
    taken: tell('taken'),
    peerClosed: tell('peerClosed'),
    peerErred: tell('peerErred'),
    closed: tell('closed'),
  };
  const transport = fakeTransport(options);
  const connection = transport.dial(request, observer);
  return { transport, connection, reported, observer };
}

const error = new ConnectionError('boom');
const microtasks = () => new Promise((resolve) => setImmediate(resolve));

describe('the factory', () => {
  it('remembers dials and knows the live ones', () => {
    const { transport, connection, observer } = dialled({ supports: ['ping'] });
    expect(transport.supports).toEqual(['ping']);
    expect(transport.last).toBe(connection);
    expect(transport.last.request).toBe(request);
    transport.dial(request, observer);
    expect(transport.dials).toHaveLength(2);
    expect(transport.live).toHaveLength(2);
    transport.last.fail(error);
    connection.open();
    expect(transport.live).toEqual([connection]);
    connection.destroy();
    expect(transport.live).toEqual([]);
  });

  it('says so when nothing was dialled', () => {
    expect(() => fakeTransport().last).toThrow('Nothing was dialled yet');
  });

  it('supports everything by default, and reports nothing while dialling', () => {
    const { transport, reported } = dialled();
    expect(transport.supports).toHaveLength(12);
    expect(reported).toEqual([]);
  });
});

describe('a connection', () => {
  it('reports what the peer does', () => {
    const { connection, reported } = dialled();
    connection.open({ protocol: 'chat', extensions: 'x' });
    connection.message('a');
    connection.message(Uint8Array.of(1));
    connection.ping();
    connection.pong();
    connection.peerClose(1001, 'bye');
    connection.end();
    expect(reported).toEqual([
      ['opened', 'chat', 'x', undefined],
      ['message', 'a', false],
      ['message', Uint8Array.of(1), true],
      ['ponged', 0],
      ['peerClosed', 1001, 'bye'],
      ['closed', 1001, 'bye', true, undefined],
    ]);
  });

  it('ends with 1006 where no Close came', () => {
    const { connection, reported } = dialled();
    connection.open();
    connection.close(1000, '');
    connection.end({ error });
    expect(reported.at(-1)).toEqual(['closed', 1006, '', false, error]);
  });

  it('fails, and errs', () => {
    const failing = dialled();
    failing.connection.fail(error);
    expect(failing.reported).toEqual([['failed', error, undefined]]);
    const erring = dialled();
    erring.connection.open();
    erring.connection.peerErr(error, 1002);
    erring.connection.end({ error });
    expect(erring.reported.slice(1)).toEqual([
      ['peerErred', error, 1002],
      ['closed', 1006, '', false, error],
    ]);
  });

  it('records what the client does', () => {
    const { connection } = dialled();
    connection.open();
    const bytes = Uint8Array.of(1, 2);
    connection.send('a');
    connection.send(bytes);
    bytes.fill(9);
    connection.ping();
    connection.flush();
    connection.pause();
    expect(connection.paused).toBe(true);
    connection.resume();
    connection.close(1000, 'done');
    connection.destroy();
    connection.destroy();
    expect(connection).toMatchObject({
      sent: ['a', Uint8Array.of(1, 2)],
      pings: 1,
      flushes: 1,
      paused: false,
      closes: [{ code: 1000, reason: 'done' }],
      destroyed: true,
      bufferedAmount: 0,
      unsentBytes: 0,
    });
  });

  it('refuses orders that no network could produce', () => {
    const { connection } = dialled();
    expect(() => connection.message('a')).toThrow('dialling, not open');
    expect(() => connection.end()).toThrow('impossible');
    expect(() => connection.send('a')).toThrow('impossible');
    connection.open();
    expect(() => connection.open()).toThrow('open, not dialling');
    expect(() => connection.fail(error)).toThrow('impossible');
    expect(() => connection.pong()).toThrow('none was sent');
    expect(() => connection.answer(true)).toThrow('did not ask');
    connection.peerClose();
    expect(() => connection.peerClose()).toThrow('has sent its Close');
    expect(() => connection.message('a')).toThrow('has sent its Close');
    connection.end();
    expect(() => connection.end()).toThrow('ended');
  });

  it('reports nothing after destroy(), except through `late`', async () => {
    const { connection, reported } = dialled({ holdWrites: true });
    connection.open();
    connection.send('abc');
    connection.askLiveness();
    connection.destroy();
    await microtasks();
    expect(connection.take()).toBe(0);
    expect(connection.unsentBytes).toBe(3);
    expect(reported).toEqual([['opened', '', '', undefined]]);
    expect(() => connection.message('x')).toThrow('late');
    connection.late.open();
    connection.late.message('x');
    connection.late.pong();
    connection.late.peerClose(1000);
    connection.late.peerErr(error, 1002);
    connection.late.answer(true);
    connection.late.fail(error);
    connection.late.end();
    expect(reported.slice(1).map(([name]) => name)).toEqual([
      'opened',
      'message',
      'ponged',
      'peerClosed',
      'peerErred',
      'answered',
      'failed',
      'closed',
    ]);
  });
});

describe('liveness', () => {
  it('goes by traffic since the mark, in a microtask', async () => {
    const { connection, reported } = dialled();
    connection.open();
    connection.message('before');
    connection.mark();
    connection.askLiveness();
    expect(reported.at(-1)?.[0]).toBe('message');
    await microtasks();
    expect(reported.at(-1)).toEqual(['answered', false]);
    connection.askLiveness();
    connection.message('in the same tick');
    await microtasks();
    expect(reported.at(-1)).toEqual(['answered', true]);
  });

  it.each([
    ['alive', true],
    ['dead', false],
  ] as const)('can be fixed to %s', async (autoAnswer, alive) => {
    const { connection, reported } = dialled({ autoAnswer });
    connection.open();
    connection.askLiveness();
    await microtasks();
    expect(reported.at(-1)).toEqual(['answered', alive]);
  });

  it('can be answered by hand', async () => {
    const { connection, reported } = dialled({ autoAnswer: 'manual' });
    connection.open();
    connection.askLiveness();
    await microtasks();
    expect(connection.asked).toBe(true);
    connection.answer(true);
    expect(connection.asked).toBe(false);
    expect(reported.at(-1)).toEqual(['answered', true]);
  });
});

describe('writes', () => {
  it('are taken at once by default', async () => {
    const { connection, reported } = dialled();
    connection.open();
    expect(connection.send('äb')).toBe(3);
    expect([connection.bufferedAmount, reported.length]).toEqual([0, 1]);
    await microtasks();
    expect(reported.at(-1)).toEqual(['taken']);
  });

  it('can be held and taken in parts, in order', () => {
    const { connection, reported } = dialled({ holdWrites: true });
    connection.open();
    connection.send('abc');
    connection.send(new Uint8Array(200));
    connection.send(new Blob(['xy']));
    expect(connection.bufferedAmount).toBe(9 + 208 + 8);
    expect(connection.unsentBytes).toBe(3 + 200 + 2);
    expect(connection.take(10)).toBe(10);
    expect(connection.bufferedAmount).toBe(207 + 8);
    expect(connection.unsentBytes).toBe(200 + 2);
    expect(connection.take()).toBe(215);
    expect(reported.filter(([name]) => name === 'taken')).toHaveLength(2);
    expect(connection.take()).toBe(0);
    connection.send('more');
    connection.holdWrites = false;
    expect(connection.bufferedAmount).toBe(0);
    expect(() => connection.take(-1)).toThrow(RangeError);
  });

  it('that were held are lost with the connection', () => {
    const { connection, observer } = dialled({ holdWrites: true });
    connection.open();
    connection.send('abcd');
    connection.take(7);
    let lost = 0;
    observer.closed = () => {
      lost = connection.unsentBytes;
    };
    connection.end();
    expect(lost).toBe(3);
    expect([connection.bufferedAmount, connection.unsentBytes]).toEqual([0, 3]);
  });

  it('are recorded with bytes of their own', () => {
    const { connection } = dialled();
    connection.open();
    const bytes = Buffer.from('abc');
    connection.send(bytes);
    bytes[0] = 0;
    expect(connection.sent).toEqual([Buffer.from('abc')]);
  });

  it('after a Close are lost', () => {
    const { connection } = dialled();
    connection.open();
    connection.peerClose(1000);
    expect(connection.send('abc')).toBe(3);
    expect(connection).toMatchObject({ sent: [], lost: ['abc'], unsentBytes: 3 });
  });
});

it('counts the bytes of text where there is no Buffer, as in a page', () => {
  const { connection } = dialled();
  connection.open();
  vi.stubGlobal('Buffer', undefined);
  try {
    expect(connection.send('h€\u{1f600}')).toBe(8);
  } finally {
    vi.unstubAllGlobals();
  }
});
