/**
 * Everything that a client emits, as a list of lines, and methods to wait for more of it. A test compares
 * the list as a whole: so an event that comes twice, late or not at all shows, whichever it is.
 */
import type { ReckerWebSocket } from '../../src/index.js';

/** Something that can be waited on: `check()` is called by the code that changes what the tests look at. */
export class Watch {
  readonly #waiting = new Set<() => void>();

  check(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when `done()` holds; it is asked now, and after each `check()`. */
  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!done()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

const DOCUMENTED = [
  'open',
  'message',
  'close',
  'error',
  'reconnecting',
  'reconnect-error',
  'max-reconnect-attempts',
  'heartbeat-timeout',
] as const;

export interface Journal {
  /** One line for each event of the seed's list: `open`, `close 1006`, `reconnecting 1 1000`, `error ECONNREFUSED` … */
  readonly lines: string[];
  /** The errors of `error` and `reconnect-error`, oldest first. */
  readonly errors: Error[];
  /** Waits for the `n`-th line that begins with `text`. Default: the first. */
  seen(text: string, n?: number): Promise<void>;
  /** Forgets the lines so far and returns them. */
  take(): string[];
}

/** Listens to every event that the seed documents. */
export function keepJournal(ws: ReckerWebSocket): Journal {
  const watch = new Watch();
  const lines: string[] = [];
  const errors: Error[] = [];
  for (const event of DOCUMENTED) {
    ws.on(event, (...args: unknown[]) => {
      lines.push([event, ...args.map(describeArgument)].filter((part) => part !== '').join(' '));
      for (const argument of args) if (argument instanceof Error) errors.push(argument);
      watch.check();
    });
  }
  return {
    lines,
    errors,
    seen: (text, n = 1) => watch.until(() => lines.filter((line) => line.startsWith(text)).length >= n),
    take: () => lines.splice(0),
  };
}

/** Errors by their code, messages by their data; the info objects of `open` and `close` have tests of their own. */
function describeArgument(argument: unknown): string {
  if (argument instanceof Error) return 'code' in argument ? String(argument.code) : argument.name;
  if (typeof argument === 'object' && argument !== null) {
    return 'data' in argument ? String(argument.data) : '';
  }
  return String(argument);
}
