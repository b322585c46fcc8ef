/** `recker connect` on a terminal: what is typed, and what stands on the screen. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/index.js';
import { Pty } from '../support/pty.js';
import { needs } from '../support/tools.js';
import { buildProgram } from './terminal.js';

let program: Awaited<ReturnType<typeof buildProgram>>;
let server: FaultServer;
let pty: Pty;

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());
beforeEach(async () => {
  server = await FaultServer.start();
  server.echo();
});
afterEach(async () => {
  pty.stop();
  await server.stop();
});

const last = { last: true };
const start = async (args: readonly string[] = [], size?: [number, number]): Promise<void> => {
  pty = new Pty([process.execPath, program.path, 'connect', ...args, server.url('/')], size);
  // The round trip is known at once.
  await pty.shows(/^open [\d.]+ ms >$|^>$/, last);
};
const sent = () => server.seen.messages.map(({ data }) => data);

needs('/usr/bin/python3')('recker connect on a terminal', () => {
  it('sends what is typed, prints what arrives above the line, and keeps a history', async () => {
    await start();
    pty.keys('hello\r');
    await pty.shows(/^< hello$/);
    await pty.shows(/ >$/, last);
    pty.keys('\u001b[A');
    await pty.shows(/ > hello$/, last);
    server.broadcast('meanwhile');
    await pty.shows(/^< meanwhile$/);
    await pty.shows(/ > hello$/, last);
    pty.keys(' again\r');
    await pty.shows(/^< hello again$/);
    await pty.shows(/ >$/, last);
    pty.keys('\u0004');
    expect(await pty.ended).toBe(0);
    expect(sent()).toEqual(['hello', 'hello again']);
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(pty.lines.map((line) => line.replace(/[\d.]+ ms/, 'RTT'))).toEqual([
      `open: ${server.url('/')}`,
      'open RTT > hello',
      '< hello',
      '< meanwhile',
      'open RTT > hello again',
      '< hello again',
      'close: 1000',
      '',
    ]);
  });

  it('a loss leaves the line that is typed, and shows attempt and countdown', async () => {
    await start();
    pty.keys('half a');
    await pty.shows(/half a$/, last);
    await server.stop();
    await pty.shows(/^backoff, attempt 1 of 5 in 1 s > half a$/, last);
    await pty.shows(/^backoff, attempt 2 of 5 in 2 s > half a$/, last);
    await pty.shows(/^backoff, attempt 2 of 5 in 1 s > half a$/, last);
    pty.keys(' line\r');
    await pty.shows(/^the message waits for the connection$/);
    await server.restart();
    await pty.shows(/^open .* >$/, last);
    await pty.shows(/^< half a line$/);
    expect(sent()).toEqual(['half a line']);
  });

  it('pasted text of several lines is one message with --multiline', async () => {
    await start(['--multiline']);
    expect(pty.output).toContain('\u001b[?2004h');
    // In pieces, as a slow line delivers it.
    pty.keys('a \u001b[20');
    pty.keys('0~one\r\u0003two\tand\nthree\u001b[2');
    pty.keys('01~ b');
    await pty.shows(/ > a one␤two\s+and␤three b$/, last);
    pty.keys('\r');
    await pty.shows(/^three b$/);
    expect(sent()).toEqual(['a one\ntwo\tand\nthree b']);
    pty.keys('\u0004');
    expect(await pty.ended).toBe(0);
    expect(pty.output).toMatch(/\?2004l[^?]*$/);
  });

  it('without it each line is a message', async () => {
    await start();
    pty.keys('one\rtwo\r');
    await pty.shows(/^< two$/);
    expect(sent()).toEqual(['one', 'two']);
  });

  it('a narrower terminal shows less of the status, and a line that takes two rows', async () => {
    await start();
    pty.keys('abcdefghijklmnop');
    await pty.shows(/ > abcdefghijklmnop$/, last);
    pty.resize(24, 25);
    await pty.shows(/^> abcdefghijklmnop$/, last);
    pty.keys('qrstuvwxyz');
    await pty.shows(/^xyz$/, last);
    server.broadcast('meanwhile');
    await pty.shows(/^< meanwhile$/);
    await pty.shows(/^xyz$/, last);
    expect(pty.lines.slice(-3)).toEqual(['< meanwhile', '> abcdefghijklmnopqrstuvw', 'xyz']);
    pty.resize(24, 80);
    await pty.shows(/^open .* > abcdefghijklmnopqrstuvwxyz$/, last);
    pty.keys('\r');
    await pty.shows(/^< abcdefghijklmnopqrstuvwxyz$/);
  });

  it('a message cannot control the terminal', async () => {
    await start();
    server.broadcast('a\u001b[2J\u0007\u009b1A\r\u202eb\tc\nd');
    server.broadcast(Buffer.from([0, 255]));
    await pty.shows(/^< 00ff$/);
    expect(pty.lines.join('\n')).toMatch(/^< a\\x1b\[2J\\x07\\x9b1A\\x0d\\u202eb +c\nd$/m);
    expect(pty.output).not.toContain('\u001b[2J');
    server.closeAll(1008, '\u001b[2J');
    expect(await pty.ended).toBe(1);
    expect(pty.output).not.toContain('\u001b[2J');
  });

  it('knows commands', async () => {
    await start([], [24, 120]);
    pty.keys('/ping\r');
    await pty.shows(/^Pong after [\d.]+ ms$/);
    pty.keys('//x\r');
    await pty.shows(/^< \/x$/);
    pty.keys('/binary 00 FF\r');
    await pty.shows(/^< 00ff$/);
    pty.keys('/binary 0\r');
    await pty.shows(/^\/binary is not hex$/);
    pty.keys('/send-file test/support/onPty.py\r');
    await pty.shows(/^\d+ bytes of test\/support\/onPty.py$/);
    pty.keys('/send-file test\r');
    await pty.shows(/^test is no file$/);
    pty.keys('/stat\r');
    await pty.shows(/^unknown command \/stat \(did you mean \/state\?\)/);
    pty.keys('/state\r');
    await pty.shows(/^\d messages out, \d in, 0 waiting; 1 dials, 1 opens$/);
    pty.keys('/help\r');
    await pty.shows(/^\/send-file PATH /);
    pty.keys('/reconnect\r');
    await server.waitForConnection(2);
    pty.keys('/close 1006\r');
    await pty.shows(/ 3000-4999, .*got 1006$/);
    pty.keys('/close 4000 well done\r');
    expect(await pty.ended).toBe(0);
    expect(server.seen.closes.at(-1)).toEqual({ code: 4000, reason: 'well done' });
  });

  it('Ctrl-C closes with 1000, and a second one ends it at once', async () => {
    await start();
    pty.keys('\u0003');
    expect(await pty.ended).toBe(0);
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
    server.ignoreClose();
    await start();
    pty.keys('\u0003');
    await server.waitFor(({ closes }) => closes.length === 2);
    pty.keys('\u0003');
    expect(await pty.ended).toBe(0);
    expect(pty.lines.join('\n')).not.toContain('close:');
  });

  it('without a terminal for stderr, the terminal itself edits the line', async () => {
    const command = ['sh', '-c', 'exec "$0" "$@" 2>/dev/null', process.execPath, program.path, 'connect'];
    pty = new Pty([...command, server.url('/')]);
    const connection = await server.waitForConnection();
    connection.send('welcome');
    await pty.shows(/^welcome$/);
    pty.keys('one\r//two\r');
    await pty.shows(/^\/two$/);
    expect(sent()).toEqual(['one', '/two']);
    pty.keys('/close 4000\r');
    expect(await pty.ended).toBe(0);
    expect(server.seen.closes).toEqual([{ code: 4000, reason: '' }]);
  });

  it('--listen shows a status line, and reads no keys', async () => {
    pty = new Pty([process.execPath, program.path, 'connect', '--listen', server.url('/')]);
    await pty.shows(/^open [\d.]+ ms$/, last);
    server.broadcast('one');
    await pty.shows(/^one$/);
    await pty.shows(/^open [\d.]+ ms$/, last);
    pty.keys('\u0003');
    expect(await pty.ended).toBe(0);
    expect(sent()).toEqual([]);
  });
});
