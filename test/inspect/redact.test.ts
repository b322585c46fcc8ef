/**
 * What reaches the option `inspect`: all that is needed to follow the chart, and no secret.
 */
import { describe, expect, it } from 'vitest';
import { createActor, type InspectionEvent } from 'xstate';
import type { LookAtClient } from '../../src/api/options/options.js';
import { ReckerWebSocket } from '../../src/index.js';
import { REDACTED, type RedactedInspection, redactError, redactInspection } from '../../src/inspect/index.js';
import { connectionMachine, DEFAULT_POLICY } from '../../src/machine/index.js';
import { AbortError, ConnectionError, HandshakeError, TimeoutError } from '../../src/port/errors.js';
import { fakeTransport } from '../../src/testing/index.js';
import { foundIn, liveWithSecrets, rawText, SECRETS, STATES_OF_LIFE } from './secrets.js';

/** Looks at all there is while it is there: what an event points to may change afterwards. */
function look(event: RedactedInspection): string {
  return rawText([event, event.actorRef.getSnapshot(), event.actorRef.logic, event.sourceRef?.getSnapshot()]);
}

describe('a whole life, inspected', () => {
  it('shows none of the planted secrets, however it is looked at', async () => {
    const texts: string[] = [];
    const { states } = await liveWithSecrets((event) => texts.push(look(event as RedactedInspection)));
    expect(states).toEqual(STATES_OF_LIFE);
    expect(texts.length).toBeGreaterThan(100);
    expect(foundIn(texts.join('\n'))).toEqual([]);
  });

  it('would be found out if it did: the search finds what is planted', () => {
    expect(foundIn(rawText(new Map([['a', { b: Object.values(SECRETS) }]])))).toEqual(Object.keys(SECRETS));
    for (const before of ['', 'm', 'me', 'me:']) {
      const encoded = Buffer.from(`${before}${SECRETS.urlPassword}!`).toString('base64');
      expect(foundIn(encoded)).toEqual(['urlPassword']);
    }
  });

  it('shows the states, what moved them, attempts, delays and how connections ended', async () => {
    const snapshots: RedactedInspection[] = [];
    await liveWithSecrets({
      next(event) {
        const { type, rootId, actorRef } = event as RedactedInspection;
        if (type === '@xstate.snapshot' && actorRef.sessionId === rootId)
          snapshots.push(event as RedactedInspection);
      },
    });
    const tags = snapshots
      .map(({ snapshot }) => snapshot?.tags?.[0])
      .filter((tag, at, all) => tag !== all[at - 1]);
    expect(tags).toEqual(STATES_OF_LIFE);
    const [failed] = snapshots.filter(({ snapshot }) => snapshot?.value === 'backoff');
    expect(failed?.event).toMatchObject({ type: 'socket.failed' });
    expect(failed?.snapshot?.context).toMatchObject({
      attempt: 1,
      verdict: { kind: 'retry', delay: 1000 },
      loss: {
        code: 1006,
        error: {
          name: 'ConnectionError',
          code: 'ERR_RECKER_PROVIDER',
          message: 'The headers provider failed',
        },
      },
    });
  });
});

describe('the name of the actor', () => {
  const names = (...urls: string[]): string[] => {
    const seen: string[] = [];
    for (const url of urls) {
      const made = new ReckerWebSocket(url, {
        transport: fakeTransport(),
        inspect: (event) => {
          if (event.type === '@xstate.actor') seen.push((event as RedactedInspection).actorRef.id);
        },
      });
      expect(made.state).toBe('idle');
    }
    return seen;
  };

  it('is host and path and a number of its own, with no credentials and no query', () => {
    const [one, other, root] = names(
      'wss://me:secret@a.example.com:8443/x/y?token=secret',
      'wss://a.example.com:8443/x/y',
      'ws://b.example.com',
    );
    expect(one).toMatch(/^a\.example\.com:8443\/x\/y #\d+$/);
    expect(other).toMatch(/^a\.example\.com:8443\/x\/y #\d+$/);
    expect(other).not.toBe(one);
    expect(root).toMatch(/^b\.example\.com #\d+$/);
  });
});

describe('the option inspect', () => {
  it('takes an observer, and hands it a function that reads the counters, once', () => {
    const transport = fakeTransport();
    const looks: LookAtClient[] = [];
    const ws = new ReckerWebSocket('wss://a.example.com/?token=secret', {
      transport,
      inspect: { next() {}, watch: (_id, look) => void looks.push(look) },
    });
    ws.connect();
    transport.last.open();
    transport.last.message('hello');
    expect(looks).toHaveLength(1);
    expect(looks[0]?.()).toEqual({ url: 'wss://a.example.com/?token=***', stats: ws.stats() });
    expect(ws.stats().messagesIn).toBe(1);
  });

  it('takes a function that throws, and goes on', async () => {
    const transport = fakeTransport();
    const ws = new ReckerWebSocket('wss://a.example.com', {
      transport,
      inspect: () => {
        throw new Error('from inspect');
      },
    });
    const errors: unknown[] = [];
    ws.on('error', (error) => errors.push(error));
    const connected = ws.connect();
    transport.last.open();
    await connected;
    expect(ws.state).toBe('open');
    expect(errors.length).toBeGreaterThan(0);
    expect(String(errors[0])).toBe('Error: from inspect');
  });
});

describe('redactInspection', () => {
  it('hides strings that it does not know, functions, and objects of classes', () => {
    const { events } = inspected();
    const init = events.find(({ type }) => type === '@xstate.event');
    expect(init?.event).toEqual({
      type: 'xstate.init',
      input: {
        policy: DEFAULT_POLICY,
        environment: {
          dial: '[function]',
          farewell: '[function]',
          shouldReconnect: '[function]',
          random: '[function]',
          now: '[function]',
          wallTime: '[function]',
        },
      },
    });
    const copy = redactInspection({
      ...(init as object),
      event: {
        type: 'x',
        word: 'secret',
        list: ['secret', 1],
        bytes: Buffer.from('secret'),
        big: 1n,
        when: new Date(),
      },
    } as never);
    expect(copy.event).toEqual({
      type: 'x',
      word: REDACTED,
      list: [REDACTED, 1],
      bytes: '[object]',
      big: REDACTED,
      when: '[object]',
    });
  });

  it('ends where an object holds itself', () => {
    const { raw } = inspected();
    const event: Record<string, unknown> = { type: 'x' };
    event.self = event;
    expect(JSON.stringify(redactInspection({ ...(raw[0] as object), event } as never))).toContain(REDACTED);
  });

  it('changes nothing in what has been redacted', () => {
    const { events } = inspected();
    for (const event of events) expect(redactInspection(event)).toBe(event);
  });

  it('gives each actor one stand-in, which can do nothing to it', () => {
    const { events, actor } = inspected();
    const [first] = events;
    for (const { actorRef } of events) expect(actorRef).toBe(first?.actorRef);
    first?.actorRef.send({ type: 'connect' });
    expect(actor.getSnapshot().value).toBe('idle');
    expect(first?.actorRef.getSnapshot().value).toBe('idle');
    expect(rawText(first)).not.toContain('_process');
  });

  it('names the transitions of a microstep', () => {
    const { events, actor } = inspected();
    actor.send({ type: 'close', code: 1000, reason: '' });
    const step = events.find(({ type }) => type === '@xstate.microstep');
    expect(step?._transitions).toEqual([
      {
        eventType: 'close',
        source: { id: 'idle', key: 'idle', path: ['idle'] },
        target: [{ id: 'closed', key: 'closed', path: ['closed'] }],
        guard: undefined,
        actions: [{ type: 'announceEnd' }],
        reenter: false,
      },
    ]);
  });
});

function inspected() {
  const raw: InspectionEvent[] = [];
  const events: RedactedInspection[] = [];
  const actor = createActor(connectionMachine, {
    inspect: (event) => {
      raw.push(event);
      events.push(redactInspection(event));
    },
    input: {
      policy: DEFAULT_POLICY,
      environment: {
        dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
        farewell() {},
        shouldReconnect: () => true,
        random: () => 0,
        now: () => 0,
        wallTime: () => 0,
      },
    },
  }).start();
  return { raw, events, actor };
}

describe('redactError', () => {
  it('shows name, code, message and the few facts that are the chart’s own', () => {
    expect(redactError(new TimeoutError('connect', 10))).toEqual({
      name: 'TimeoutError',
      code: 'ERR_RECKER_TIMEOUT',
      message: 'The connection was not open within 10 ms',
      phase: 'connect',
    });
    expect(
      redactError(
        new HandshakeError('answered with 401', { status: 401, headers: { 'set-cookie': 'a=secret' } }),
      ),
    ).toEqual({
      name: 'HandshakeError',
      code: 'ERR_RECKER_HANDSHAKE',
      message: 'answered with 401',
      status: 401,
      hop: 'server',
    });
    expect(redactError(new AbortError('The client was aborted', { cause: 'secret' }))).toEqual({
      name: 'AbortError',
      code: 'ABORT_ERR',
      message: 'The client was aborted',
    });
  });

  it.each([
    ['wss://me:secret@h.example/p?k=secret#secret failed', 'wss://h.example/p?k=*** failed'],
    ['sent Basic c2VjcmV0', 'sent Basic ***'],
    ['Proxy-Authorization: Bearer secret.secret, 407', 'Proxy-Authorization: Bearer ***, 407'],
    ['GET /room?token=secret&v=1', 'GET /room?token=***&v=***'],
    ['wrong password: secret, api_key=secret', 'wrong password: ***, api_key=***'],
    ['the token has expired', 'the token has expired'],
    ['connect ECONNREFUSED 127.0.0.1:80', 'connect ECONNREFUSED 127.0.0.1:80'],
  ])('takes what may be a credential out of a message: %s', (message, shown) => {
    expect(redactError(new ConnectionError(message)).message).toBe(shown);
  });

  it('shows only the kind of an error that is not ours', () => {
    expect(redactError(new TypeError('secret'))).toEqual({ name: 'Error', message: REDACTED });
  });
});
