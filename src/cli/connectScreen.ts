/**
 * The last line of the terminal: the state of the connection, and the line that is being typed.
 *
 * Owns what is drawn there. It is drawn on stderr, and only where that is a terminal. Whatever else is written goes above it.
 */
import { clearScreenDown, cursorTo, type Interface, moveCursor } from 'node:readline';
import type { ConnectionState } from '../index.js';
import type { Style, Terminal } from './terminal.js';

/** What the status shows. */
export interface Status {
  readonly state: ConnectionState;
  /** The last round trip in ms. */
  readonly rtt: number | undefined;
  /** Which dial after a loss it is, or will be. */
  readonly attempt: number;
  /** How many there may be; 0 = no bound. */
  readonly attempts: number;
  /** Until the next dial, in ms. */
  readonly dueIn: number;
}

export interface Screen {
  /** Whether anybody sees it. */
  readonly isShown: boolean;
  /** Calls what writes, with the last line out of its way. */
  above(write: () => void): void;
  /** Shows the present status. */
  update(): void;
  /** Removes the last line. */
  end(): void;
}

/** E.g. `backoff, attempt 2 of 5 in 3 s`. */
export function statusText({ state, rtt, attempt, attempts, dueIn }: Status): string {
  const of = attempts === 0 ? '' : ` of ${attempts}`;
  switch (state) {
    case 'open':
      return rtt === undefined ? state : `${state} ${roundTrip(rtt)}`;
    case 'backoff':
      return `${state}, attempt ${attempt}${of} in ${Math.round(dueIn / 1000)} s`;
    case 'reconnecting':
      return `${state}, attempt ${attempt}${of}`;
    default:
      return state;
  }
}

/** E.g. `12 ms`. */
export const roundTrip = (rtt: number): string => `${rtt < 10 ? rtt.toFixed(1) : Math.round(rtt)} ms`;

const COLOURS: Partial<Record<ConnectionState, keyof Style>> = {
  open: 'green',
  closed: 'red',
  exhausted: 'red',
};

/** No terminal. */
export const NO_SCREEN: Screen = {
  isShown: false,
  above: (write) => write(),
  update: () => {},
  end: () => {},
};

type Output = Terminal['stderr'] & { readonly columns?: number };

abstract class LastLine implements Screen {
  readonly isShown = true;
  protected readonly output: Output;
  readonly #status: () => Status;
  readonly #style: Style;
  #isDrawn = false;
  #isDue = false;
  #hasEnded = false;
  readonly #onResize = (): void => this.update();

  constructor({ stderr, errorStyle }: Terminal, status: () => Status) {
    this.output = stderr;
    this.#status = status;
    this.#style = errorStyle;
    stderr.on('resize', this.#onResize);
  }

  above(write: () => void): void {
    this.#erase();
    write();
    // Many messages may come at once: the line is drawn when they are written.
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.update();
    });
  }

  update(): void {
    if (this.#hasEnded) return;
    this.draw(this.#isDrawn);
    this.#isDrawn = true;
  }

  end(): void {
    this.#erase();
    this.#hasEnded = true;
    this.output.off('resize', this.#onResize);
  }

  /** Something else has moved the cursor below the line. */
  protected left(): void {
    this.#isDrawn = false;
  }

  protected abstract draw(isDrawn: boolean): void;

  /** In how many rows above that of the cursor the line is. */
  protected abstract rowsAbove(): number;

  /** @returns the text, and how many columns it takes */
  protected status(most: number): { readonly text: string; readonly width: number } {
    const status = this.#status();
    const text = statusText(status).slice(0, Math.max(0, most));
    return { text: this.#style[COLOURS[status.state] ?? 'yellow'](text), width: text.length };
  }

  protected get columns(): number {
    return this.output.columns ?? 80;
  }

  #erase(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    moveCursor(this.output, 0, -this.rowsAbove());
    cursorTo(this.output, 0);
    clearScreenDown(this.output);
  }
}

/** A status line without a line to type. */
export class StatusLine extends LastLine {
  protected override draw(): void {
    cursorTo(this.output, 0);
    clearScreenDown(this.output);
    this.output.write(this.status(this.columns - 1).text);
  }

  protected override rowsAbove(): number {
    return 0;
  }
}

/** In a narrower terminal the status leaves the line to what is typed. */
const ROOM_TO_TYPE = 20;

/** The status is the prompt of the line that is typed: readline draws both, also after a change of the terminal's size. */
export class PromptScreen extends LastLine {
  readonly #readline: Interface & { prevRows?: number };

  constructor(terminal: Terminal, readline: Interface, status: () => Status) {
    super(terminal, status);
    this.#readline = readline;
  }

  /** Enter was pressed: the line stays where it is, and a new one begins below. */
  entered(): void {
    this.left();
  }

  protected override draw(isDrawn: boolean): void {
    // readline goes back so many rows before it draws. It does not count those that pasted text has filled.
    this.#readline.prevRows = isDrawn ? this.rowsAbove() : 0;
    const { text, width } = this.status(this.columns);
    this.#readline.setPrompt(width + ROOM_TO_TYPE <= this.columns ? `${text} > ` : '> ');
    this.#readline.prompt(true);
  }

  protected override rowsAbove(): number {
    return this.#readline.getCursorPos().rows;
  }
}
