/** Which values of two renders are equal, and which functions a client calls. */
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { isSame, liveMember } from '../../src/react/values.js';

/** As React Native's. */
class Untagged {
  readonly href = 'wss://chat.example.com/room';
}

describe('equal to one that is written again', () => {
  const equal: Readonly<Record<string, () => unknown>> = {
    'plain values': () => ({
      reconnect: true,
      reconnectDelay: 5,
      sendQueue: { maxBytes: 1 },
      protocols: ['a', 'b'],
    }),
    'an object without a prototype': () => Object.assign(Object.create(null), { a: 1 }),
    'a function': () => () => {},
    'functions inside': () => ({ tls: { checkServerIdentity: () => undefined } }),
    'a Headers': () => new Headers({ Authorization: 'Bearer 1', 'X-App': 'yes' }),
    'a Map': () => new Map([['Authorization', 'Bearer 1']]),
    'a Buffer': () => ({ tls: { ca: Buffer.from('PEM') } }),
    bytes: () => new Uint8Array([1, 2]),
    'a URL': () => new URL('wss://chat.example.com/room'),
    'a URL without a tag': () => new Untagged(),
    'not a number': () => Number.NaN,
  };
  for (const [name, make] of Object.entries(equal)) {
    it(name, () => expect(isSame(make(), make())).toBe(true));
  }

  it('a member that is undefined, and one that is not there', () => {
    expect(isSame({ reconnect: undefined, a: 1 }, { a: 1 })).toBe(true);
    expect(isSame({ a: 1 }, { a: 1, reconnect: undefined })).toBe(true);
  });
});

describe('not equal', () => {
  const pairs: Readonly<Record<string, readonly [unknown, unknown]>> = {
    'another value': [{ a: { b: 1 } }, { a: { b: 2 } }],
    'another member': [{ a: 1 }, { a: 1, b: 1 }],
    'another length': [['a'], ['a', 'b']],
    'another order': [
      ['a', 'b'],
      ['b', 'a'],
    ],
    'another header': [new Headers({ a: '1' }), new Headers({ a: '2' })],
    'other bytes': [Buffer.from('a'), Buffer.from('b')],
    'another URL': [new URL('wss://a/1'), new URL('wss://a/2')],
    'another kind': [new Map([['a', '1']]), { a: '1' }],
    'a function and a value': [() => ({}), {}],
    'a function and none': [{ prepare: () => {} }, {}],
    'null and an object': [null, {}],
    // These have an identity: a dial depends on which one it is.
    'two signals': [new AbortController().signal, new AbortController().signal],
    'two agents': [new Agent(), new Agent()],
    'two iterators': [[1][Symbol.iterator](), [1][Symbol.iterator]()],
    'two blobs': [new Blob(['a']), new Blob(['a'])],
    'two buffers of bytes': [new ArrayBuffer(1), new ArrayBuffer(1)],
  };
  for (const [name, [one, other]] of Object.entries(pairs)) {
    it(name, () => {
      expect(isSame(one, other)).toBe(false);
      expect(isSame(other, one)).toBe(false);
      expect(isSame(one, one)).toBe(true);
    });
  }
});

describe('functions of the newest render', () => {
  it('are called, with their arguments and their object', () => {
    let given = {
      options: { prepare: (n: number) => `one ${n}`, tls: { check: () => 'one' }, reconnect: true },
    };
    const live = liveMember(() => given, 'options') as typeof given.options;
    given = { options: { ...given.options, prepare: (n) => `two ${n}`, tls: { check: () => 'two' } } };
    expect([live.prepare(5), live.tls.check(), live.reconnect]).toEqual(['two 5', 'two', true]);
    const counter = {
      n: 1,
      check() {
        return `${this.n}`;
      },
    };
    given = { options: { ...given.options, tls: counter } };
    expect(live.tls.check()).toBe('1');
  });

  it('objects with a class stay the objects that they are', () => {
    const agent = new Agent();
    const { signal } = new AbortController();
    const live = liveMember(() => ({ options: { dispatcher: agent, signal } }), 'options') as Record<
      string,
      unknown
    >;
    expect([live.dispatcher === agent, live.signal === signal]).toEqual([true, true]);
  });

  it('a member named __proto__ stays a member, which is refused', () => {
    const options = JSON.parse('{ "__proto__": { "reconnect": true } }');
    expect(Object.keys(liveMember(() => ({ options }), 'options') as object)).toEqual(['__proto__']);
  });
});
