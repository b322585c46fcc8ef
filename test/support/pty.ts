/**
 * A program on a pseudo-terminal: what is typed, and what stands on the screen. Needs python3.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Watch } from './journal.js';
import { ScreenText } from './screen.js';

const HELPER = fileURLToPath(new URL('./onPty.py', import.meta.url));

/** How long a row may take to appear, in ms. */
const LIMIT = 10_000;

export class Pty {
  /** All that it wrote, as it is. */
  output = '';
  readonly ended: Promise<number | null>;
  readonly #screen: ScreenText;
  readonly #helper: ChildProcess;
  readonly #watch = new Watch();
  #hasEnded = false;

  constructor(command: readonly string[], [rows, columns] = [24, 80]) {
    this.#screen = new ScreenText(columns);
    this.#helper = spawn('/usr/bin/python3', [HELPER, String(rows), String(columns), ...command], {
      env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#helper.stdin?.on('error', () => {});
    this.#helper.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.#screen.write(text);
      this.#watch.check();
    });
    this.ended = new Promise((resolve) => {
      this.#helper.on('close', (code) => {
        this.#hasEnded = true;
        this.#watch.check();
        resolve(code);
      });
    });
  }

  /** The rows of the screen, and those that have left it at the top. */
  get lines(): readonly string[] {
    return this.#screen.lines;
  }

  /** Presses keys, e.g. `hello\r`. */
  keys(keys: string): void {
    this.#order({ keys });
  }

  resize(rows: number, columns: number): void {
    this.#screen.resize(columns);
    this.#order({ resize: [rows, columns] });
  }

  /** Waits until a row fits; with `last`, until the last one does. @throws with all rows, where that does not come */
  async shows(pattern: RegExp, { last = false } = {}): Promise<void> {
    const isShown = () => (last ? this.lines.slice(-1) : this.lines).some((line) => pattern.test(line));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#watch.check();
    }, LIMIT);
    await this.#watch.until(() => isShown() || isLate || this.#hasEnded);
    clearTimeout(timer);
    if (!isShown()) throw new Error(`There is no ${pattern}:\n${this.lines.join('\n')}`);
  }

  /** Ends the helper: the program gets SIGHUP. */
  stop(): void {
    this.#helper.kill('SIGKILL');
  }

  #order(order: object): void {
    this.#helper.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}
