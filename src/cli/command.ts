/**
 * What a subcommand is: its words, for the arguments and for --help, and what it does.
 *
 * Owns the types and the exit codes. To add a command: a file with `defineCommand()` as its export `command`, and a line in
 * commands.ts.
 */
import type { Terminal } from './terminal.js';

/** The exit codes of every command. */
export const EXIT = Object.freeze({
  /** All is well; also after Ctrl-C. */
  ok: 0,
  /** It is not: a divergence, a failed check, a server out of reach. */
  failed: 1,
  /** Wrong use: an unknown word, a file that cannot be read. Thrown as a {@link UsageError}. */
  usage: 2,
});

/** An option of a command, as `util.parseArgs` takes it, and its line of --help. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** One letter. `h` is taken. */
  readonly short?: string;
  /** It may be given several times. */
  readonly multiple?: boolean;
  /** What a string stands for, e.g. `ID`. */
  readonly value?: string;
  /** What it does, in one sentence without a full stop; line breaks are kept. */
  readonly help: string;
}

type Options = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec extends OptionSpec> = Spec['type'] extends 'boolean' ? boolean : string;

/** The options that were given. */
export type Values<Known extends Options> = {
  readonly [Name in keyof Known]?: Known[Name] extends { readonly multiple: true }
    ? readonly ValueOf<Known[Name]>[]
    : ValueOf<Known[Name]>;
};

/** One subcommand. */
export interface Command<Known extends Options = Options> {
  /** One sentence, without a full stop. */
  readonly summary: string;
  /** More for --help, below the summary. */
  readonly details?: string;
  /** The words beside the options. */
  readonly positionals: {
    /** What they are called in --help, e.g. `FILE`. */
    readonly name: string;
    readonly least: number;
    readonly most: number;
  };
  readonly options: Known;
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [line: string, sentence: string])[];
  /**
   * Does it.
   *
   * @returns the exit code: `EXIT.ok` or `EXIT.failed`
   * @throws UsageError for wrong use
   */
  run(
    given: { readonly values: Values<Known>; readonly positionals: readonly string[] },
    terminal: Terminal,
  ): Promise<number> | number;
}

/** A command with the types of its options. */
export function defineCommand<const Known extends Options>(command: Command<Known>): Command {
  return command as unknown as Command;
}

/** The command was used in a wrong way: its message is printed on stderr, and the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
