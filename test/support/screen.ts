/**
 * What stands on a terminal after a program has written to it: enough of ECMA-48 for Node's readline. A control sequence that it
 * does not know throws, so that no test passes by what it ignores.
 */

/** Text, CR, LF, BEL, or one control sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal reads.
const TOKEN = /\x1b\[([?\d;]*)([A-Za-z])|[\r\n\t\x07\b]|[^\x00-\x1f]/gu;

export class ScreenText {
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The rows, from the first ever written on, without what is blank at their ends. */
  get lines(): readonly string[] {
    return this.#rows.map((row) =>
      Array.from(row, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  /** Rows stay as they are, as in xterm. */
  resize(columns: number): void {
    this.#columns = columns;
  }

  write(text: string): void {
    for (const [token, numbers = '', final] of text.matchAll(TOKEN)) {
      if (final !== undefined) this.#control(numbers, final);
      else if (token === '\r') this.#column = 0;
      else if (token === '\n') this.#down();
      else if (token === '\t')
        this.#column = Math.min(this.#columns - 1, (Math.floor(this.#column / 8) + 1) * 8);
      else if (token === '\b') this.#column = Math.max(0, this.#column - 1);
      else if (token !== '\u0007') this.#put(token);
    }
  }

  #put(character: string): void {
    if (this.#column >= this.#columns) {
      this.#column = 0;
      this.#down();
    }
    const row = this.#present();
    row[this.#column] = character;
    this.#column += 1;
  }

  #down(): void {
    this.#row += 1;
    this.#present();
  }

  #present(): string[] {
    while (this.#rows.length <= this.#row) this.#rows.push([]);
    return this.#rows[this.#row] ?? [];
  }

  #control(numbers: string, final: string): void {
    const count = Number(numbers || 1);
    switch (final) {
      case 'A':
        this.#row = Math.max(0, this.#row - count);
        break;
      case 'B':
        this.#row += count;
        this.#present();
        break;
      case 'C':
        this.#column += count;
        break;
      case 'D':
        this.#column = Math.max(0, this.#column - count);
        break;
      case 'G':
        this.#column = count - 1;
        break;
      case 'J':
        if (numbers !== '0') throw new Error(`unknown: CSI ${numbers} J`);
        this.#rows.length = this.#row + 1;
        this.#present().length = this.#column;
        break;
      case 'K':
        this.#present().length = this.#column;
        break;
      case 'm':
      case 'h':
      case 'l':
        break;
      default:
        throw new Error(`unknown: CSI ${numbers} ${final}`);
    }
  }
}
