/**
 * `recorder()`: which lines it writes, what it forgets, and how it saves.
 */
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.js';
import { CHART_HASH, parseRecording } from '../../src/recording/index.js';
import { exampleRecording } from './example.js';

describe('recorder()', () => {
  it('writes a header and a line for each step', async () => {
    const { header, steps, truncated } = parseRecording(await exampleRecording());
    expect(header).toMatchObject({ format: 'recker-recording', version: 1, chart: CHART_HASH });
    expect(truncated).toBe(false);
    const first = steps.filter(({ n }) => n === 1);
    expect(first.map(({ c, url }) => [c, url])).toEqual([
      ['1', 'wss://chat.example.com/room?token=***'],
      ['2', 'wss://chat.example.com/feed'],
    ]);
    expect(first[0]?.policy).toMatchObject({ reconnect: true, heartbeatInterval: 5000, prepare: false });
    expect(first[1]?.policy).toMatchObject({ reconnect: false, prepare: true });
    for (const c of ['1', '2']) {
      const own = steps.filter((step) => step.c === c);
      expect(own.map(({ n }) => n)).toEqual(own.map((_, index) => index + 1));
      for (const [index, { from }] of own.entries()) if (index > 0) expect(from).toBe(own[index - 1]?.to);
    }
    expect(steps.find(({ status }) => status === 503)).toMatchObject({
      event: 'socket.failed',
      to: 'backoff',
      attempt: 2,
      decidedBy: 'default',
      retryAfter: 3000,
      error: { name: 'HandshakeError', code: 'ERR_RECKER_HANDSHAKE' },
    });
    expect(steps.at(-1)).toMatchObject({ to: 'exhausted' });
  });
});

describe('parseRecording()', () => {
  it('uses what comes before a last line that is cut', async () => {
    const text = await exampleRecording();
    const whole = parseRecording(text);
    const cut = parseRecording(text.slice(0, -20));
    expect(cut.truncated).toBe(true);
    expect(cut.steps).toEqual(whole.steps.slice(0, -1));
    expect(parseRecording(text.trimEnd())).toEqual(whole);
  });

  it.each([
    ['nothing', ''],
    ['another format', '{"format":"har"}\n'],
    ['another version', '{"format":"recker-recording","version":2,"recker":"1.0.0","chart":""}\n'],
    ['a cut header', '{"format":"recker-rec'],
    ['no JSON', 'hello\nyou\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseRecording(text)).toThrow(ConfigurationError);
  });

  it('refuses a line in the middle that is no step', async () => {
    const [header, first, ...rest] = (await exampleRecording()).split('\n');
    for (const line of ['{"t":', '[]', '{"t":1}', '{"t":1,"c":1,"n":1,"event":"","from":"","to":""}'])
      expect(() => parseRecording([header, first, line, ...rest].join('\n'))).toThrow(/line 3/);
  });
});
