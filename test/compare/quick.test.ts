/** Our client on the days that take little time, in this process. All others: npm run compare. */
import { describe, expect, it } from 'vitest';
import { loadClient } from '../../scripts/compare/clients/index.js';
import { loadDays } from '../../scripts/compare/days.js';
import { readVerdicts } from '../../scripts/compare/results.js';
import { Tools } from '../../scripts/compare/tools.js';

const quick = (await loadDays()).filter((day) => day.quick === true);
const client = await loadClient('recker');

describe.concurrent('a bad day that is soon over', () => {
  it.each(quick)('$name ends as docs/comparison.md says', async (day) => {
    const tools = new Tools(day.name, client.name);
    try {
      expect(await day.run(client, tools)).toEqual(readVerdicts(day.name).recker);
    } finally {
      await tools.end();
    }
  });
});
