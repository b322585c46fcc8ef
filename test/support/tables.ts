/** The tables of a page of the documentation, for tests that hold them against the code. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { ReckerWebSocket } from '../../src/index.js';

/** One cell of the body of a table. */
export interface Cell {
  /** The first column, without the marks of Markdown. */
  readonly row: string;
  readonly column: string;
  readonly text: string;
}

const plain = (text: string): string => text.replaceAll('`', '').trim();

/** The cells of all tables of `docs/PAGE` whose header row has `column`, in order. */
export function tableWith(page: string, column: string): readonly Cell[] {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8');
  const tables = text.match(/(?:^\|.*\|\n)+/gm) ?? [];
  const rows = tables.map((table) =>
    table
      .trim()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map(plain),
      ),
  );
  const found = rows.find(([header]) => header?.includes(column));
  if (found === undefined) throw new Error(`docs/${page} has no table with a column ${column}`);
  const [header = [], , ...body] = found;
  return body.flatMap(([row = '', ...cells]) =>
    cells.map((each, index) => ({ row, column: header[index + 1] ?? '', text: each })),
  );
}

/** Makes the value of each row. */
export type Values = Readonly<Record<string, () => unknown>>;
/** What becomes of a value in each column: `sent`, `taken`, `refused`, or the name of an error. */
export type Places = Readonly<Record<string, (value: unknown) => Promise<string>>>;

/** One test for each cell of the table with `column`. */
export function hold(page: string, column: string, values: Values, places: Places): void {
  const cells = tableWith(page, column);
  expect(new Set(cells.map(({ row }) => row))).toEqual(new Set(Object.keys(values)));
  expect(new Set(cells.map((cell) => cell.column))).toEqual(new Set(Object.keys(places)));
  for (const { row, column: place, text } of cells) {
    it(`${row} in ${place}: ${text}`, async () => {
      let verdict: string;
      try {
        verdict = await (places[place] as Places[string])((values[row] as () => unknown)());
      } catch (error) {
        const { name, message } = error as Error;
        verdict = name === 'ConfigurationError' ? 'refused' : name;
        // By name: of the option, or of the call.
        if (verdict === 'refused') expect(message).toMatch(/must be|is not/);
      }
      expect(verdict).toBe(text);
    });
  }
}

/** Opens, acts, closes. The client's `error`s are reported to those who wait. */
export async function using<Result>(
  ws: ReckerWebSocket,
  act: (ws: ReckerWebSocket) => Promise<Result>,
): Promise<Result> {
  ws.on('error', () => {});
  try {
    await ws.connect();
    return await act(ws);
  } finally {
    await ws.close();
  }
}
