/**
 * The words after a command's name, read by `util.parseArgs`, with messages of our own for what is wrong with them.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../api/values/index.js';
import { type Command, UsageError, type Values } from './command.js';

/** What was given, checked; `help` where --help is among it, whatever else is wrong. */
export type Given = 'help' | { readonly values: Values<never>; readonly positionals: readonly string[] };

/** @throws UsageError for an unknown option, a missing value, too few or too many words */
export function readArguments(args: readonly string[], command: Command): Given {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = tokens.filter((token) => token.kind === 'option');
  if (given.some(({ name }) => name === 'help')) return 'help';
  const unknown = given.find(({ name }) => !Object.hasOwn(options, name));
  if (unknown !== undefined) throw new UsageError(unknownOption(unknown.rawName, Object.keys(options)));
  const { values, positionals } = parse(args, options);
  const { name, least, most } = command.positionals;
  if (positionals.length < least) {
    throw new UsageError(least === 1 ? `${name} is missing` : `${least} ${name} are needed`);
  }
  const extra = positionals[most];
  if (extra !== undefined) throw new UsageError(`nothing is known to do with "${extra}"`);
  return { values: values as Values<never>, positionals };
}

/** Node's parser, for which a value that is missing or too much is an error. */
function parse(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.$/, ''), { cause: error });
  }
}

/** @param given as it was written, e.g. `--conection` */
export function unknownOption(given: string, names: readonly string[]): string {
  const meant = didYouMean(
    given,
    names.map((name) => `--${name}`),
  );
  return `unknown option ${given}${meant}`;
}
