/**
 * The mutation runs: the source is changed in one place at a time, and some test must fail.
 *
 *     npm run mutate                           Stryker, each folder of src/machine, src/api and src/services
 *     npm run mutate -- src/api/outgoing       Stryker, these folders or files
 *     npm run mutate -- --chart [--only text]  the states and transitions of the chart, which are data to Stryker
 *
 * Survivors without an explanation make either run fail. docs/mutants.md says what was found.
 */
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chart: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    concurrency: { type: 'string', default: '2' },
  },
});

const isFine = values.chart
  ? await (await import('./mutate/chartRun.js')).changeChart(values.only)
  : await (await import('./mutate/stryker/run.js')).runStryker(positionals, Number(values.concurrency));
process.exit(isFine ? 0 : 1);
