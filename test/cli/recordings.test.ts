/** The commands that read recordings: check, replay and view. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkRecording, replayRecording } from '../../src/testing/index.js';
import { recker } from './terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'recker-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = readFileSync(new URL('../recordings/example.ndjson', import.meta.url), 'utf8');

/** A file in the folder. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const good = file('good.ndjson', TEXT);
const cut = file('cut.ndjson', TEXT.trimEnd().slice(0, -30));
const bad = file('bad.ndjson', TEXT.replace('"to":"backoff"', '"to":"exhausted"'));
const none = file('none.ndjson', 'not a recording\n');

describe('recker check', () => {
  it('a recording that the chart allows: 0, its counts, and the coverage', async () => {
    const { code, stdout, stderr } = await recker(['check', good]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { connections, steps, covered } = checkRecording(TEXT);
    expect(stdout).toContain(`ok  ${good}: ${connections} connections, ${steps} steps\n`);
    expect(stdout).toMatch(new RegExp(`\\n${covered.length} of \\d+ transitions of the chart covered\\n$`));
  });

  it('a divergence: 1, with its line, and what was expected', async () => {
    const { code, stdout } = await recker(['check', good, bad]);
    expect(code).toBe(1);
    expect(stdout).toContain(`ok  ${good}`);
    expect(stdout).toContain(`divergence  ${bad}`);
    const { divergence } = checkRecording(readFileSync(bad, 'utf8'));
    expect(stdout).toContain(`  line ${divergence?.line}, connection 1\n`);
    expect(stdout).toContain(`    expected: ${divergence?.expected}\n    found:    ${divergence?.found}\n`);
  });

  it('a cut last line is reported, and the rest is used', async () => {
    const { code, stdout } = await recker(['check', cut]);
    expect(code).toBe(0);
    expect(stdout).toContain('The last line is cut; the others were checked.');
  });

  it('--json prints what checkRecording() returns, a line each', async () => {
    const { code, stdout } = await recker(['check', '--json', good, bad]);
    expect(code).toBe(1);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([good, bad].map((path) => ({ file: path, ...checkRecording(readFileSync(path, 'utf8')) })));
  });

  it('--uncovered lists what no file has taken', async () => {
    const { stdout } = await recker(['check', good, '--uncovered']);
    expect(stdout).toContain('\n  idle:abort\n');
    expect(stdout).not.toContain('\n  idle:connect\n');
  });

  it('- is stdin', async () => {
    expect(await recker(['check', '-'], { stdin: TEXT })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('ok  stdin: '),
    });
  });
});

describe('recker replay', () => {
  it('prints the Vitest file', async () => {
    const options = { connection: '1', until: 'exhausted' };
    const args = ['replay', good, '--connection', '1', '--until', 'exhausted'];
    expect(await recker(args)).toEqual({
      code: 0,
      stdout: replayRecording(TEXT, options).toVitest(),
      stderr: '',
    });
  });

  it('what cannot be replayed: 1, and why, on stderr', async () => {
    const { code, stdout, stderr } = await recker(['replay', bad, '-c', '1', '-u', 'exhausted']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/No test can be written: line \d+/);
  });

  it('a line is missing: 1, and which, on stderr', async () => {
    const gap = file('gap.ndjson', TEXT.split('\n').toSpliced(6, 1).join('\n'));
    const { code, stdout, stderr } = await recker(['replay', gap, '-c', '1']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('No test can be written: line 7, "socket.failed": n is 4 in place of 3');
  });
});

describe('recker view', () => {
  it('writes one page beside the file, and prints its path', async () => {
    expect(await recker(['view', good])).toEqual({
      code: 0,
      stdout: `${join(folder, 'good.html')}\n`,
      stderr: '',
    });
    const page = readFileSync(join(folder, 'good.html'), 'utf8');
    expect(page).toContain('Content-Security-Policy');
    expect(page).toContain('good.ndjson');
    expect(Buffer.byteLength(page) - Buffer.byteLength(TEXT)).toBeLessThan(300 * 1024);
  });

  it('shows two files in one page', async () => {
    const before = file('before.ndjson', TEXT);
    expect(await recker(['view', before, good])).toMatchObject({
      stdout: `${join(folder, 'before.html')}\n`,
    });
    const page = readFileSync(join(folder, 'before.html'), 'utf8');
    expect(page).toContain('data-name="before.ndjson"');
    expect(page).toContain('data-name="good.ndjson"');
  });

  it('does not overwrite what it reads', async () => {
    const odd = file('odd.html', TEXT);
    expect(await recker(['view', odd])).toMatchObject({ stdout: `${odd}.html\n` });
    expect(readFileSync(odd, 'utf8')).toBe(TEXT);
  });

  it('stdin has no place beside which a page could be', async () => {
    expect(await recker(['view', '-'], { stdin: TEXT })).toMatchObject({ code: 2, stdout: '' });
  });
});

describe.each([['check'], ['replay'], ['view']])('recker %s: wrong use', (name) => {
  it.each([
    ['no file', [], 'FILE is missing'],
    ['a file that is not there', ['nowhere.ndjson'], 'nowhere.ndjson cannot be read: no such file'],
    ['a folder', [folder], 'cannot be read: illegal operation on a directory'],
    ['no recording', [none], 'is not a recording'],
    ['an unknown option', [good, '--conection', '1'], 'unknown option --conection'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await recker([name, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(`recker ${name}`);
  });
});
