// In Node a program that imports and requires has one copy. Two can meet where a bundler took the ESM build: an error of either is
// then an error of the other, and decides the same.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import * as imported from 'recker';
import * as importedMachine from 'recker/machine';
import * as esm from './node_modules/recker/dist/index.js';
import * as esmMachine from './node_modules/recker/dist/machine.js';

const cjs = createRequire(import.meta.url)('recker');
assert.deepEqual(Object.keys(imported), Object.keys(esm), 'import gives every name');
const given = Object.entries(imported);
for (const [name, value] of given) assert.equal(value, cjs[name], `${name} is imported and required`);
assert.equal(importedMachine.ReckerError, cjs.ReckerError);
assert.notEqual(esm.ReckerError, cjs.ReckerError, 'these are two copies');

const make = {
  ReckerError: ({ ReckerError }) => new ReckerError('x', 'X'),
  ConfigurationError: ({ ConfigurationError }) => new ConfigurationError('url', 'x'),
  StateError: ({ StateError }) => new StateError('x', 'closed'),
  ConnectionError: ({ ConnectionError }) => new ConnectionError('x', { final: true }),
  ConnectionClosedError: ({ ConnectionClosedError }) => new ConnectionClosedError(1006, ''),
  HandshakeError: ({ HandshakeError }) => new HandshakeError('x', { status: 401 }),
  SessionError: ({ SessionError }) => new SessionError('x', { final: true }),
  TimeoutError: ({ TimeoutError }) => new TimeoutError('connect', 1),
  QueueFullError: ({ QueueFullError }) => new QueueFullError('x'),
  ReconnectExhaustedError: ({ ReconnectExhaustedError }) => new ReconnectExhaustedError(5),
  AbortError: ({ AbortError }) => new AbortError('x'),
};
const names = Object.keys(esm).filter((name) => name.endsWith('Error'));
for (const name of names) {
  assert.ok(name in make, `${name} has no sample here`);
  for (const [one, other] of [
    [esm, cjs],
    [cjs, esm],
  ]) {
    const error = make[name](one);
    for (const each of names) {
      const isA = error instanceof one[each];
      assert.equal(error instanceof other[each], isA, `${name} of one copy, ${each} of the other`);
      assert.equal(isA, each === name || each === 'ReckerError', `${name} instanceof ${each}`);
    }
    class Own extends other[name] {}
    assert.equal(error instanceof Own, false, `a class derived from ${name} is its own`);
  }
}

// Every decision: what one copy made is final for the other, too.
const lost = { attempt: 0, code: 1006, reason: '', wasClean: false, uptime: 0, hasBeenOpen: false };
for (const [name, sample] of Object.entries(make)) {
  if (!(name in esm)) continue;
  const [own, foreign] = [esm, cjs].map((copy) => ({ ...lost, error: sample(copy) }));
  assert.equal(esm.defaultShouldReconnect(foreign), esm.defaultShouldReconnect(own), `${name} decides`);
  assert.equal(esmMachine.isBeyondRetry(foreign), esmMachine.isBeyondRetry(own), `${name} is beyond retry`);
  assert.equal(
    cjs.defaultShouldReconnect(own),
    cjs.defaultShouldReconnect(foreign),
    `${name} decides in CommonJS`,
  );
}

// A transport made with the other copy: what is final there is not retried here.
const silent = { isWritable: false, bufferedAmount: 0, unsentBytes: 0 };
for (const name of ['send', 'flush', 'ping', 'mark', 'askLiveness', 'close', 'pause', 'resume', 'destroy']) {
  silent[name] = () => 0;
}
for (const [client, maker] of [
  [esm, cjs],
  [cjs, esm],
]) {
  for (const error of [
    make.ConfigurationError(maker),
    make.ConnectionError(maker),
    make.HandshakeError(maker),
  ]) {
    const transport = {
      name: 'refusing',
      supports: ['ping'],
      dial(_request, observer) {
        setImmediate(() => observer.failed(error));
        return silent;
      },
    };
    const ws = new client.ReckerWebSocket('ws://x', { reconnect: true, transport });
    ws.on('error', () => {});
    await ws.connect().catch((reason) => {
      if (reason !== error && reason.cause !== error) throw reason;
    });
    // HandshakeError 401 is decided by its status.
    assert.equal(ws.state, 'closed', `${error.name} of the other copy is not retried`);
  }
}
console.log('copies: ok');
