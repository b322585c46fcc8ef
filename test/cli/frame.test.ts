/** The frame of the command: words, options, help, exit codes. What the subcommands do is in files of their own. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineCommand, EXIT, UsageError } from '../../src/cli/command.js';
import { COMMANDS, type CommandEntry } from '../../src/cli/commands.js';
import { readText } from '../../src/cli/files.js';
import { styleOf } from '../../src/cli/terminal.js';
import { recker } from './terminal.js';

const greet = defineCommand({
  summary: 'says hello',
  positionals: { name: 'NAME', least: 1, most: 2 },
  options: {
    loud: { type: 'boolean', short: 'l', help: 'in capitals' },
    times: { type: 'string', value: 'N', help: 'how often\n(default 1)' },
  },
  examples: [['recker greet Ada', 'Greets Ada.']],
  run({ values, positionals }, { print }) {
    if (positionals.includes('nobody')) throw new UsageError('nobody cannot be greeted');
    if (positionals.includes('bug')) throw new Error('a bug');
    const text = `${`hello ${positionals.join(' and ')} `.repeat(Number(values.times ?? 1)).trim()}\n`;
    print(values.loud === true ? text.toUpperCase() : text);
    return positionals.includes('failure') ? EXIT.failed : EXIT.ok;
  },
});
const read = defineCommand({
  summary: 'reads',
  positionals: { name: 'FILE', least: 1, most: 1 },
  options: {},
  examples: [],
  async run({ positionals: [path = ''] }, terminal) {
    terminal.print(await readText(path, terminal));
    return EXIT.ok;
  },
});
const entries: readonly CommandEntry[] = [
  { name: 'greet', summary: greet.summary, load: async () => ({ command: greet }) },
  { name: 'read', summary: read.summary, load: async () => ({ command: read }) },
];
const run = (...args: string[]) => recker(args, { entries });

describe('exit codes and streams', () => {
  it('a result is on stdout, with 0', async () => {
    expect(await run('greet', 'Ada')).toEqual({ code: 0, stdout: 'hello Ada\n', stderr: '' });
  });

  it('what is not well ends with 1', async () => {
    expect(await run('greet', 'failure')).toMatchObject({ code: 1, stderr: '' });
  });

  it.each([
    [['greet', 'nobody'], 'recker greet: nobody cannot be greeted', 'recker greet --help'],
    [['greet'], 'recker greet: NAME is missing', 'recker greet --help'],
    [['greet', 'a', 'b', 'c'], 'recker greet: nothing is known to do with "c"', 'recker greet --help'],
    [['greet', 'a', '--lout'], 'unknown option --lout (did you mean --loud?)', 'recker greet --help'],
    [['greet', 'a', '-x'], 'unknown option -x', 'recker greet --help'],
    [['greet', 'a', '--times'], '--times <value>', 'recker greet --help'],
    [['greet', 'a', '--loud=yes'], '--loud', 'recker greet --help'],
    [['gret', 'a'], 'unknown command "gret" (did you mean greet?)', 'recker --help'],
    [['frobnicate'], 'unknown command "frobnicate": there is greet, read', 'recker --help'],
    [['constructor'], 'unknown command "constructor": there is greet, read', 'recker --help'],
    [['--versoin'], 'unknown option --versoin (did you mean --version?)', 'recker --help'],
    [['help', 'gret'], 'unknown command "gret" (did you mean greet?)', 'recker --help'],
  ])('wrong use ends with 2, and says what is wrong: %j', async (args, message, hint) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(`See ${hint}`);
  });

  it('without a word the overview is on stderr, with 2', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Commands:');
  });

  it('a fault of the command itself ends with 1, and shows where it is', async () => {
    const { code, stderr } = await run('greet', 'bug');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: a bug\n +at /);
  });
});

describe('arguments', () => {
  it('options stand before and after the words, short and long', async () => {
    expect(await run('greet', '-l', 'Ada', '--times=2')).toMatchObject({ stdout: 'HELLO ADA HELLO ADA\n' });
    expect(await run('greet', '--times', '2', 'Ada')).toMatchObject({ stdout: 'hello Ada hello Ada\n' });
  });

  it('what follows -- is a word', async () => {
    expect(await run('greet', '--', '--loud')).toMatchObject({ stdout: 'hello --loud\n' });
    expect(await run('greet', '--', '--help')).toMatchObject({ stdout: 'hello --help\n' });
  });
});

describe('--help', () => {
  it.each([[['--help']], [['-h']], [['help']]])('%j shows the commands', async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('  greet  says hello\n  read   reads\n');
  });

  it.each([[['greet', '--help']], [['greet', '--wrong', '-h']], [['help', 'greet']], [['--help', 'greet']]])(
    '%j shows the command, whatever else is given',
    async (args) => {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toBe(`recker greet: says hello.

Usage: recker greet NAME… [--loud] [--times N]

Options:
  -l, --loud  in capitals
  --times N   how often
              (default 1)
  -h, --help  show this help

Examples:
  recker greet Ada
      Greets Ada.
`);
    },
  );

  it('--version prints that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each(COMMANDS.map((entry) => [entry.name, entry] as const))(
    '%s: its summary, examples that name it, lines that fit a terminal',
    async (name, { load, summary }) => {
      const { command } = await load();
      expect(command.summary).toBe(summary);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const [line] of command.examples) expect(line).toContain(`recker ${name}`);
      const { stdout } = await recker([name, '--help']);
      expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    },
  );
});

describe('files', () => {
  it('- is stdin', async () => {
    expect(await recker(['read', '-'], { entries, stdin: 'given' })).toMatchObject({
      code: 0,
      stdout: 'given',
    });
  });

  it.each([
    ['no/such/file', 'no/such/file cannot be read: no such file or directory'],
    ['test', 'test cannot be read: illegal operation on a directory'],
  ])('one that cannot be read is wrong use: %s', async (path, message) => {
    const { code, stderr } = await run('read', path);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('colours', () => {
  it('are off without a terminal, and where it has none', () => {
    expect(styleOf({}).red('a')).toBe('a');
    expect(styleOf({ isTTY: true, hasColors: () => false }).red('a')).toBe('a');
    expect(styleOf({ isTTY: true, hasColors: () => true }).red('a')).toBe('\u001b[31ma\u001b[39m');
  });
});
