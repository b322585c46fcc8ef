/** What is written of the gallery agrees with the days that there are, and with the verdicts that were kept. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientNames } from '../../scripts/compare/client.js';
import { versionOf } from '../../scripts/compare/clients/index.js';
import { dayNames, loadDays } from '../../scripts/compare/days.js';
import { MOST_SHORT, PAGE, pageOf, README, readmeWith } from '../../scripts/compare/document.js';
import { judged, readEnvironment, readVerdicts } from '../../scripts/compare/results.js';

const days = await loadDays();
const page = readFileSync(PAGE, 'utf8');
const readme = readFileSync(README, 'utf8');

describe('docs/comparison.md', () => {
  it('lists exactly the days that there are', () => {
    const listed = [...page.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...dayNames]);
  });

  it('has a verdict for each client, on each day, and for no other day', () => {
    expect([...judged()].sort()).toEqual([...dayNames]);
    for (const { name } of days) {
      expect(Object.keys(readVerdicts(name)).sort(), name).toEqual([...clientNames].sort());
    }
  });

  it('is what the kept verdicts give: else npm run compare -- --render', () => {
    expect(page).toBe(pageOf(days));
  });

  it('says why our client fails a day, where it does', () => {
    const failed = days.filter(({ name }) => readVerdicts(name).recker?.result === 'no');
    expect(failed.filter(({ why }) => why === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('names the versions that are installed: else run the gallery again', () => {
    const installed = Object.fromEntries(clientNames.map((name) => [name, versionOf(name)]));
    expect({ ...installed, ...readEnvironment().versions }).toEqual(installed);
  });
});

describe('the table of README.md', () => {
  it('is what the kept verdicts give: else npm run compare -- --render', () => {
    expect(readme).toBe(readmeWith(readme, days));
  });

  it('is short', () => {
    expect(days.filter(({ short }) => short !== undefined).length).toBeLessThanOrEqual(MOST_SHORT);
  });
});
