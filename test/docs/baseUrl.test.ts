/** The table of docs/options.md that says how a path is resolved, row by row. */
import { expect, it } from 'vitest';
import { createClient } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { tableWith } from '../support/tables.js';

const cells = tableWith('options.md', 'connects to');
const rows = cells.flatMap(({ row, column, text }, index) =>
  column === 'path' ? [[row, text, cells[index + 1]?.text ?? ''] as const] : [],
);

it('has three rows', () => {
  expect(rows).toHaveLength(3);
});

it.each(rows)('%s and %s: %s', async (baseUrl, path, connectsTo) => {
  const transport = fakeTransport();
  const ws = createClient({ baseUrl }).websocket(path, { transport });
  void ws.connect().catch(() => {});
  expect(transport.last.request.url).toBe(connectsTo);
  ws.terminate();
});
