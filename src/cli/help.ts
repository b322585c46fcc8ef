/**
 * The texts of --help.
 */
import type { Command, OptionSpec } from './command.js';
import type { CommandEntry } from './commands.js';
import type { Style } from './terminal.js';

const HELP: OptionSpec = { type: 'boolean', short: 'h', help: 'show this help' };

/** `recker --help` */
export function overview(entries: readonly CommandEntry[], style: Style): string {
  const options = {
    help: { ...HELP, help: 'show this help, or that of a command' },
    version: { type: 'boolean', help: 'print the version' },
  } as const;
  return `${[
    'recker: what a WebSocket connection did, and what a server does.',
    `${style.bold('Usage:')} recker COMMAND …`,
    `${style.bold('Commands:')}\n${table(entries.map(({ name, summary }) => [name, summary]))}`,
    `${style.bold('Options:')}\n${optionTable(options)}`,
    'recker COMMAND --help shows the options of a command, with examples.\nExit codes: 0 all is well, 1 it is not, 2 wrong use.',
  ].join('\n\n')}\n`;
}

/** `recker NAME --help` */
export function helpOf(name: string, command: Command, style: Style): string {
  const { summary, details, options, examples } = command;
  const shown = examples.map(([line, sentence]) => `  ${line}\n      ${sentence}`);
  return `${[
    `recker ${name}: ${summary}.`,
    `${style.bold('Usage:')} ${usageOf(name, command)}`,
    ...(details === undefined ? [] : [details]),
    `${style.bold('Options:')}\n${optionTable({ ...options, help: HELP })}`,
    `${style.bold('Examples:')}\n${shown.join('\n')}`,
  ].join('\n\n')}\n`;
}

/** E.g. `recker check FILE… [--json]`. */
function usageOf(command: string, { positionals, options }: Command): string {
  const { name, least, most } = positionals;
  const words = most === 0 ? '' : most > 1 ? `${name}…` : name;
  const shown = Object.entries(options).map(([option, spec]) => `[${longForm(option, spec)}]`);
  const usage = ['recker', command, least === 0 && words !== '' ? `[${words}]` : words].filter(
    (word) => word !== '',
  );
  const line = [...usage, ...shown].join(' ');
  return line.length <= WIDEST ? line : [...usage, '[options]'].join(' ');
}

/** How long a line of usage may be for its options to be in it. */
const WIDEST = 90;

const longForm = (name: string, { value, type }: OptionSpec): string =>
  `--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`;

function optionTable(options: Readonly<Record<string, OptionSpec>>): string {
  return table(
    Object.entries(options).map(([name, spec]) => [
      `${spec.short === undefined ? '' : `-${spec.short}, `}${longForm(name, spec)}`,
      spec.help,
    ]),
  );
}

/** Two columns. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([first]) => first.length));
  const gap = ' '.repeat(width + 4);
  return rows
    .map(([first, second]) => `  ${first.padEnd(width)}  ${second.replaceAll('\n', `\n${gap}`)}`)
    .join('\n');
}
