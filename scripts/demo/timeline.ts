/**
 * How the demo looks: one line for each thing that happens, in columns, in colour where somebody is looking.
 *
 * Knows states and texts; must not know the client, or what the play is about.
 */
import type { ConnectionState } from '../../src/index.js';

/** SGR parameters (ECMA-48 §8.3.117), from the colours that every terminal has and its theme defines. */
const STYLES = {
  bold: '1',
  strong: '1;33',
  red: '31',
  green: '32',
  yellow: '33',
  magenta: '35',
  cyan: '36',
  gray: '90',
} as const;

type Style = keyof typeof STYLES;

/** Where lines go: stdout, or something that a test reads. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

interface Look {
  /** Tells the states apart where there is no colour. */
  readonly glyph: string;
  readonly style: Style;
}

const LOOKS: Readonly<Record<ConnectionState, Look>> = {
  idle: { glyph: '○', style: 'gray' },
  connecting: { glyph: '◐', style: 'cyan' },
  reconnecting: { glyph: '◐', style: 'cyan' },
  preparing: { glyph: '◍', style: 'cyan' },
  open: { glyph: '●', style: 'green' },
  closing: { glyph: '◑', style: 'magenta' },
  backoff: { glyph: '◌', style: 'yellow' },
  exhausted: { glyph: '✕', style: 'red' },
  closed: { glyph: '○', style: 'gray' },
};

/** What happened to whom decides how a line's text is coloured. */
export type Tone = 'plain' | 'good' | 'bad' | 'quiet';

const TONES: Readonly<Record<Tone, Style | undefined>> = {
  plain: undefined,
  good: 'green',
  bad: 'red',
  quiet: 'gray',
};

// Widths that leave room for a sentence on a terminal of 80 columns.
const TIME = 6;
const STATE = 14;
const EVENT = 17;
const WIDTH = 80;

export class Timeline {
  readonly #out: Output;
  readonly #colours: boolean;
  readonly #start = performance.now();
  #acts = 0;

  /** @param env read for NO_COLOR (https://no-color.org): set to anything but '' it turns colours off */
  constructor(out: Output, env: Readonly<Record<string, string | undefined>>) {
    this.#out = out;
    this.#colours = out.isTTY === true && !env.NO_COLOR;
  }

  /** Milliseconds since the timeline began. */
  get elapsed(): number {
    return performance.now() - this.#start;
  }

  title(name: string, rest: string): void {
    this.#write(`\n  ${this.#paint('bold', name)}  ${rest}`);
  }

  /** What the columns are. */
  head(): void {
    const columns = ['time/s'.padStart(TIME), 'state'.padEnd(STATE), 'event'.padEnd(EVENT), 'what it tells'];
    this.#write(this.#paint('gray', `\n${columns.join('  ')}\n${'─'.repeat(this.#width)}`));
  }

  /** A new part of the play, and what it is to show. */
  act(name: string, explanation: string): void {
    this.#acts += 1;
    this.#write(
      `\n${this.#paint('bold', ` ${this.#acts}  ${name}`)}\n    ${this.#paint('gray', explanation)}`,
    );
  }

  /** Something that the client told or did. */
  event(state: ConnectionState, event: string, text = '', tone: Tone = 'plain'): void {
    const { glyph, style } = LOOKS[state];
    this.#line(
      this.#paint(style, `${glyph} ${state}`.padEnd(STATE)),
      this.#paint(tone === 'bad' ? 'red' : 'bold', event.padEnd(EVENT)),
      text,
      tone,
    );
  }

  /** Something that was done to the client: the network's or the server's doing. */
  world(text: string): void {
    const label = this.#paint('strong', '↯ the world'.padEnd(STATE));
    this.#write(`${this.#time()}  ${label}  ${this.#paint('yellow', text)}`);
  }

  /** The last words: names and values in two columns. */
  summary(rows: readonly (readonly [name: string, value: string])[]): void {
    this.#write(this.#paint('gray', `\n${'─'.repeat(this.#width)}`));
    for (const [name, value] of rows) this.#write(`  ${this.#paint('bold', name.padEnd(13))}${value}`);
    this.#write('');
  }

  plain(text: string): void {
    this.#write(`  ${text}`);
  }

  #line(state: string, event: string, text: string, tone: Tone): void {
    const room = this.#width - TIME - STATE - EVENT - 6;
    const style = TONES[tone];
    const cut = text.length > room ? `${text.slice(0, room - 1)}…` : text;
    this.#write(`${this.#time()}  ${state}  ${event}  ${style ? this.#paint(style, cut) : cut}`.trimEnd());
  }

  #time(): string {
    return this.#paint('gray', (this.elapsed / 1000).toFixed(2).padStart(TIME));
  }

  get #width(): number {
    // 0 is what a terminal of unknown size says.
    return Math.max(this.#out.columns || WIDTH, 72);
  }

  #paint(style: Style, text: string): string {
    return this.#colours ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  }

  #write(line: string): void {
    this.#out.write(`${line.trimEnd()}\n`);
  }
}

/** A duration as a reader wants it: `0.4 ms`, `250 ms`, `1.78 s`. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** `1 reconnect`, `3 reconnects`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
