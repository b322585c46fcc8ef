/** The demo, as a newcomer runs it: by itself, and against a server of one's own. */
import { describe, expect, it } from 'vitest';
import { Timeline } from '../../scripts/demo/timeline.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { runFile } from '../support/child.js';

const DEMO = 'scripts/demo.ts';

describe('npm run demo', () => {
  it('plays all acts, ends by itself in time, and sums up', async () => {
    const start = performance.now();
    const child = runFile(DEMO);
    expect(await child.ended, child.output).toEqual({ code: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(20_000);

    // In this order, whatever else is between.
    const lines = [
      /1 {2}Connect/,
      /○ idle +send +→ message 1 waits in the queue/,
      /◐ connecting +dial +ws:\/\/127\.0\.0\.1:\d+\/chat/,
      /● open +open +connected in [\d.]+ ms/,
      /● open +message +← message 1/,
      /● open +pong +↔ round trip [\d.]+ ms/,
      /2 {2}The server vanishes/,
      /◌ backoff +reconnecting +attempt 1 in 250 ms/,
      /◐ reconnecting +dial +attempt 1/,
      /◌ backoff +reconnect-error +connect ECONNREFUSED/,
      /◌ backoff +reconnecting +attempt 2 in 500 ms/,
      /● open +open +back at attempt \d, after \d\.\d\d s/,
      /● open +message +← message 4/,
      /3 {2}The network freezes/,
      /◌ backoff +heartbeat-timeout/,
      /◌ backoff +close +1006/,
      /● open +open +back at attempt/,
      /4 {2}The server refuses/,
      /◌ backoff +reconnect-error +answered 503/,
      /◌ backoff +reconnecting +attempt 2 in 1\.00 s/,
      /● open +open +back at attempt/,
      /5 {2}It refuses for good/,
      /○ closed +reconnect-error +answered 401/,
      /6 {2}Log in, lose the server, log in again/,
      /◍ preparing +prepare +→ login 1/,
      /◌ backoff +reconnect-error +the server refused the login/,
      /◍ preparing +prepare +← login 2: accepted/,
      /● open +open +back at attempt 2/,
      /● open +message +← message 9/,
      /7 {2}Close/,
      /○ closed +close +1000, clean/,
      /the server saw Close 1000/,
      /messages +9 sent, 8 echoed/,
      /reconnects +5 /,
      /downtime +[\d.]+ s in 5 outages/,
      /round trips +[\d.]+ ms median/,
    ];
    let rest = child.output;
    for (const line of lines) {
      const found = line.exec(rest);
      expect(found, `${line} is missing in\n${rest}`).not.toBeNull();
      rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0));
    }
    // Colours are for terminals: stdout is a pipe here.
    expect(child.output).not.toContain('\u001b');
  }, 30_000);

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '-- <url>: tells what happens until %s, and closes with 1000',
    async (signal) => {
      await using server = await FaultServer.start();
      const child = runFile(DEMO, [`${server.url('/feed')}?token=secret`]);
      const connection = await server.waitForConnection(1);
      connection.send('hello\nnewcomer');
      await child.prints('← hello newcomer');
      await child.prints('↔ round trip');

      server.terminateAll();
      await child.prints('attempt 1 in 1.00 s');
      await server.waitForConnection(2);
      await child.prints('back at attempt 1');

      child.kill(signal);
      expect(await child.ended, child.output).toEqual({ code: 0, signal: null });
      expect(server.seen.closes).toEqual([{ code: 1000, reason: 'the demo is over' }]);
      expect(child.output).toMatch(/reconnects +1 +\(2 dials, 2 of them successful\)/);
      expect(child.output).toMatch(/messages +0 sent, 1 received/);
      expect(child.output).not.toContain('secret');
    },
  );

  it('-- <url>: waits for a server that is not there yet', async () => {
    await using server = await FaultServer.start();
    await server.stop();
    const child = runFile(DEMO, [server.url()]);
    await child.prints('ECONNREFUSED');
    await server.restart();
    await server.waitForConnection();
    await child.prints('back at attempt');
    child.kill('SIGINT');
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it('-- <url>: does not call an end clean where there was no connection', async () => {
    await using server = await FaultServer.start();
    await server.stop();
    const child = runFile(DEMO, [server.url()]);
    await child.prints('attempt 1 in');
    child.kill('SIGINT');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.output).toMatch(/close +1000, there was no connection/);
    expect(child.output).not.toContain('clean');
  });

  it('-- <url>: ends with 1 where the server refuses for good', async () => {
    await using server = await FaultServer.start();
    server.refuse(404);
    const child = runFile(DEMO, [server.url()]);
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.output).toContain('answered 404: no more attempts');
  });

  it.each([
    [['http://example.com'], 2, 'write ws://example.com'],
    [['--nonsense'], 2, 'Usage:'],
    [['--help'], 0, 'Usage:'],
  ])('-- %s: says what to write', async (args, code, text) => {
    const child = runFile(DEMO, args);
    expect(await child.ended).toEqual({ code, signal: null });
    expect(child.output).toContain(text);
  });
});

describe('its lines', () => {
  /** What a timeline writes to something that is like a terminal. */
  function written(env: Record<string, string>, isTTY: boolean): string[] {
    const lines: string[] = [];
    const timeline = new Timeline({ isTTY, columns: 90, write: (text) => lines.push(text) }, env);
    timeline.event('open', 'message', `← ${'long '.repeat(40)}`);
    timeline.world('a storm');
    return lines;
  }

  it('are coloured on a terminal only, and not where NO_COLOR is set', () => {
    const green = expect.stringContaining('\u001b[32m');
    expect(written({}, true)[0]).toEqual(green);
    expect(written({ NO_COLOR: '' }, true)[0]).toEqual(green);
    for (const plain of [written({ NO_COLOR: '1' }, true), written({}, false)]) {
      expect(plain.join('')).not.toContain('\u001b');
    }
  });

  it('fit the width of the terminal', () => {
    const [line = ''] = written({}, false);
    expect(line.trimEnd()).toHaveLength(90);
    expect(line).toMatch(/…\n$/);
  });
});
