/** User code may throw any value, also one that throws while it is examined. It never ends the process, nor the client. */
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/fakeTransport.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';

const trap = (): never => {
  throw new Error('a trap was sprung');
};

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const VALUES: Record<string, () => unknown> = {
  'an object with throwing getters': () => ({
    get message() {
      return trap();
    },
    toString: trap,
  }),
  'an Error whose message throws': () => Object.defineProperty(new Error('a'), 'message', { get: trap }),
  'a Proxy whose traps throw': () => new Proxy({}, { getPrototypeOf: trap, get: trap, has: trap }),
  'a revoked Proxy': revoked,
  'an object whose message is no text': () => ({ name: 'x', message: { toString: trap } }),
  'an error that is its own cause': () => {
    const error = new Error('loop');
    return Object.assign(error, { cause: error });
  },
  undefined: () => undefined,
  'a symbol': () => Symbol('x'),
};

function open(options: WebSocketOptions) {
  const transport = fakeTransport();
  const clock = new VirtualClock();
  const ws = new ReckerWebSocket('wss://example.com', { transport, clock, reconnect: true, ...options });
  const errors: Error[] = [];
  ws.on('error', (error) => errors.push(error));
  void ws.connect();
  transport.last.open();
  return { ws, clock, transport, errors };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe.each(Object.entries(VALUES))('%s', (_, make) => {
  it.each(['throws', 'rejects'])('prepare %s it: a failed attempt', async (how) => {
    const value = make();
    const { ws, errors } = open({
      prepare() {
        if (how === 'throws') throw value;
        return Promise.reject(value);
      },
    });
    await settled();
    await settled();
    expect(ws.state).toBe('backoff');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ name: 'SessionError' });
    expect(errors[0]?.cause === value).toBe(true);
    ws.terminate();
  });

  it('shouldReconnect throws it: the default decision, and an error', async () => {
    const value = make();
    const { ws, transport, errors } = open({
      shouldReconnect() {
        throw value;
      },
    });
    transport.last.end();
    await settled();
    expect(ws.state).toBe('backoff');
    expect(errors).toHaveLength(1);
    ws.terminate();
  });

  it('heartbeatMessage throws it: an error, and the connection goes on', async () => {
    const value = make();
    const { ws, clock, errors } = open({
      heartbeatMessage() {
        throw value;
      },
    });
    await settled();
    clock.advance(30_000);
    await settled();
    expect(ws.state).toBe('open');
    expect(errors).toHaveLength(1);
    ws.terminate();
  });

  it('a provider throws it: a failed attempt', async () => {
    const value = make();
    const transport = fakeTransport();
    const ws = new ReckerWebSocket('wss://example.com', {
      transport,
      reconnect: true,
      clock: new VirtualClock(),
      headers() {
        throw value;
      },
    });
    const errors: Error[] = [];
    ws.on('error', (error) => errors.push(error));
    void ws.connect();
    await settled();
    await settled();
    expect(ws.state).toBe('backoff');
    expect(errors).toHaveLength(1);
    ws.terminate();
  });

  it('inspect throws it: errors, and the client goes on', async () => {
    const value = make();
    const { ws, errors } = open({
      inspect() {
        throw value;
      },
    });
    await settled();
    expect(ws.state).toBe('open');
    expect(errors.length).toBeGreaterThan(0);
    ws.terminate();
  });
});
