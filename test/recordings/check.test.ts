/**
 * `checkRecording()`: what it finds in recordings that were changed, and that it finds nothing in those that were not.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { recorder } from '../../src/inspect/index.js';
import { parseRecording, type RecordedStep } from '../../src/recording/index.js';
import { checkRecording, fakeTransport, writtenTransitions } from '../../src/testing/index.js';
import { exampleRecording } from './example.js';

const example = await exampleRecording();
const lines = example.trimEnd().split('\n');
const { steps: exampleSteps } = parseRecording(example);

/** The example with the step of a line changed. */
function changed(line: number, change: Readonly<Record<string, unknown>>): string {
  const step = JSON.parse(lines[line - 1] as string) as RecordedStep;
  return lines.with(line - 1, JSON.stringify({ ...step, ...change })).join('\n');
}

const lineOf = (where: (step: RecordedStep) => boolean): number =>
  exampleSteps.find(where)?.line ?? Number.NaN;

describe('a recording that is as it was made', () => {
  it('has no divergence', () => {
    const { covered, ...check } = checkRecording(example);
    expect(check).toEqual({ ok: true, connections: 2, steps: 26, truncated: false, otherChart: false });
    const all = new Set(writtenTransitions().map(({ id }) => id));
    expect(covered.filter((id) => !all.has(id))).toEqual([]);
    expect(covered).toContain('backoff:after.retryDelay');
    expect([...covered].sort()).toEqual(covered);
  });

  it('may be cut: the rest is checked', () => {
    expect(checkRecording(example.slice(0, -30))).toMatchObject({ ok: true, steps: 25, truncated: true });
    expect(checkRecording(example.trimEnd())).toMatchObject({ ok: true, steps: 26, truncated: false });
    expect(checkRecording(`${lines[0]}\n`)).toEqual({
      ok: true,
      connections: 0,
      steps: 0,
      covered: [],
      truncated: false,
      otherChart: false,
    });
  });

  it('may be of another chart, and of a later version with more members', () => {
    const header = JSON.stringify({ ...JSON.parse(lines[0] as string), chart: 'another', more: 1 });
    const other = lines.with(0, header).join('\n');
    expect(checkRecording(other)).toMatchObject({ ok: true, steps: 26, otherChart: true });
    const moved = other.replaceAll('"session.open.alive"', '"session.open.wellAndAlive"');
    const line = lineOf(({ to }) => to === 'session.open.alive');
    expect(checkRecording(moved)).toMatchObject({
      ok: false,
      otherChart: true,
      divergence: { line, expected: 'to session.open.alive', found: 'to session.open.wellAndAlive' },
    });
    expect(checkRecording(changed(8, { more: { of: 'it' } })).ok).toBe(true);
  });

  it('is refused where it is none of version 1', () => {
    for (const text of ['', '{}', '[]', 'null', 'hello', `${lines[1]}\n${lines[2]}`, undefined, 3])
      expect(() => checkRecording(text as string)).toThrow(ConfigurationError);
  });
});

describe('a change is found', () => {
  const failed = lineOf(({ event }) => event === 'socket.failed');
  const retried = lineOf(({ event }) => event === 'after retryDelay');
  const pinged = lineOf(({ event }) => event === 'after nextPing');
  const asked = lineOf(({ asked }) => asked === true);

  it.each<[string, string, number, string, string]>([
    ['a state', changed(failed, { to: 'exhausted' }), failed, 'to backoff', 'to exhausted'],
    ['a state before', changed(retried, { from: 'exhausted' }), retried, 'from backoff', 'from exhausted'],
    ['a state that is none', changed(retried, { from: 'x' }), retried, 'a state of the chart', 'from x'],
    ['an event', changed(failed, { event: 'socket.ponged' }), failed, 'one of: ', 'socket.ponged'],
    ['an event that is none', changed(failed, { event: 'x' }), failed, 'one of: ', 'x'],
    ['the attempt', changed(failed, { attempt: 2 }), failed, 'attempt 1', 'attempt 2'],
    ['a delay below the jitter', changed(failed, { delay: 499 }), failed, 'delay 500', 'delay 499'],
    ['a delay above it', changed(failed, { delay: 1001 }), failed, 'delay 500', 'delay 1001'],
    ['who asked', changed(asked, { asked: undefined }), asked, 'asked', 'not asked'],
    ['a number', changed(failed, { n: 3 }), failed, 'n 2', 'n 3'],
    ['a time before the last', changed(pinged, { t: 9 }), pinged, ' or later', 't 9'],
  ])('%s', (_, text, line, expected, found) => {
    const { ok, divergence } = checkRecording(text);
    expect(ok).toBe(false);
    expect(divergence).toMatchObject({ line, found });
    expect(divergence?.expected).toContain(expected);
  });

  it('a first line that is missing', () => {
    expect(checkRecording(lines.toSpliced(1, 1).join('\n')).divergence).toMatchObject({
      line: 3,
      connection: '1',
    });
  });

  it('a delay that fires more than 50 ms early, and no other', () => {
    for (const line of [retried, pinged]) {
      const due = exampleSteps[line - 2]?.t ?? 0;
      expect(checkRecording(changed(line, { t: due - 50 })).ok).toBe(true);
      expect(checkRecording(changed(line, { t: due - 51 })).ok).toBe(false);
    }
  });

  it('the first of several, and what other clients did is counted', () => {
    const text = changed(failed, { to: 'idle' }).replace('"session.preparing"', '"session.open"');
    const { divergence, covered } = checkRecording(text);
    expect(divergence).toMatchObject({ line: failed, connection: '1' });
    expect(covered).not.toContain('backoff:after.retryDelay');
  });
});

/** A client in real time whose peer is the test. */
function recorded(options: WebSocketOptions) {
  const recording = recorder();
  const transport = fakeTransport();
  const ws = new ReckerWebSocket('wss://chat.example.com/', {
    ...options,
    transport,
    reconnect: true,
    inspect: recording.inspect,
  });
  ws.on('error', () => {});
  ws.connect().catch(() => {});
  transport.last.open();
  const until = (where: (step: RecordedStep) => boolean) =>
    vi.waitFor(() => expect(parseRecording(recording.toNDJSON()).steps.some(where)).toBe(true), {
      interval: 1,
    });
  return { ws, transport, recording, until };
}

/** A recording without a member. */
const without = (text: string, member: string): string =>
  text.replaceAll(new RegExp(`,"${member}":-?\\d+`, 'g'), '');

describe('no false alarm', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('where the event loop was blocked before a delay began', async () => {
    const { ws, transport, recording, until } = recorded({ reconnectDelay: 250 });
    await nextTurn();
    const end = performance.now() + 200;
    while (performance.now() < end);
    transport.last.end();
    await until(({ to }) => to === 'session.reconnecting');
    ws.terminate();
    expect(checkRecording(recording.toNDJSON()).divergence).toBeUndefined();
  });

  it('where the machine slept: the time of day has moved', async () => {
    const { ws, transport, recording, until } = recorded({ heartbeatInterval: 100, heartbeatTimeout: 200 });
    transport.last.autoAnswer = 'dead';
    await until(({ event }) => event === 'after nextPing');
    const { now } = Date;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 60_000);
    // Nothing was received: without the sleep the peer would be taken for dead.
    await until(({ event, to }) => event === 'socket.answered' && to.endsWith('awaitingPong.waiting'));
    ws.terminate();
    const text = recording.toNDJSON();
    expect(parseRecording(text).steps.some(({ wall = 0 }) => Math.abs(wall - 60_000) < 100)).toBe(true);
    expect(checkRecording(text).divergence).toBeUndefined();
    expect(checkRecording(without(text, 'wall')).ok).toBe(false);
  });
});
