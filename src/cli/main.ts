/**
 * The command: finds the subcommand, reads its arguments, runs it, and makes an exit code of how it ended.
 *
 * Must not know what any subcommand does.
 */
import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { didYouMean } from '../api/values/index.js';
import { readArguments, unknownOption } from './arguments.js';
import { EXIT, UsageError } from './command.js';
import { COMMANDS, type CommandEntry } from './commands.js';
import { helpOf, overview } from './help.js';
import type { Terminal } from './terminal.js';
import { withoutControls } from './text.js';

/**
 * Runs one command line.
 *
 * @param args what follows `recker`
 * @returns the exit code
 */
export async function main(
  args: readonly string[],
  terminal: Terminal,
  entries: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  const [word = '', ...rest] = args;
  try {
    const { name, given } = wordOf(word, rest);
    if (name === undefined) return await withoutCommand(word, terminal, entries);
    const entry = entries.find((each) => each.name === name);
    if (entry === undefined) throw unknownCommand(name, entries);
    return await runEntry(entry, given, terminal);
  } catch (error) {
    return complain(error, entries.find(({ name }) => name === word)?.name, terminal);
  }
}

/** `recker help check` and `recker --help check` are `recker check --help`. */
function wordOf(word: string, rest: readonly string[]) {
  const [next] = rest;
  if (['help', '--help', '-h'].includes(word)) {
    const name = next?.startsWith('-') === true ? undefined : next;
    return { name, given: ['--help'] };
  }
  return { name: word === '' || word.startsWith('-') ? undefined : word, given: rest };
}

async function withoutCommand(
  word: string,
  terminal: Terminal,
  entries: readonly CommandEntry[],
): Promise<number> {
  switch (word) {
    case '':
      terminal.report(overview(entries, terminal.errorStyle).trimEnd());
      return EXIT.usage;
    case 'help':
    case '--help':
    case '-h':
      terminal.print(overview(entries, terminal.style));
      return EXIT.ok;
    case '--version':
      terminal.print(`${await versionOf()}\n`);
      return EXIT.ok;
    default:
      throw new UsageError(unknownOption(word, ['help', 'version']));
  }
}

async function runEntry(entry: CommandEntry, args: readonly string[], terminal: Terminal): Promise<number> {
  const { command } = await entry.load();
  const given = readArguments(args, command);
  if (given !== 'help') return await command.run(given, terminal);
  terminal.print(helpOf(entry.name, command, terminal.style));
  return EXIT.ok;
}

function unknownCommand(name: string, entries: readonly CommandEntry[]): UsageError {
  const names = entries.map((each) => each.name);
  const meant = didYouMean(name, names);
  return new UsageError(
    `unknown command "${name}"${meant === '' ? `: there is ${names.join(', ')}` : meant}`,
  );
}

/** @param command undefined where none was found */
function complain(error: unknown, command: string | undefined, terminal: Terminal): number {
  const name = command === undefined ? 'recker' : `recker ${command}`;
  const { red, dim } = terminal.errorStyle;
  if (error instanceof UsageError) {
    terminal.report(`${red(withoutControls(`${name}: ${error.message}`))}\n${dim(`See ${name} --help`)}`);
    return EXIT.usage;
  }
  // A fault of ours: who reports it needs the stack.
  const details = isNativeError(error) ? (error.stack ?? error.message) : String(error);
  terminal.report(`${red(`${name}: this should not have happened`)}\n${details}`);
  return EXIT.failed;
}

/** Of the package, beside which this file is built. */
async function versionOf(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
