/** The rules of the chart that need other numbers or more than one round: see chartChecks.ts. */
import { describe, it } from 'vitest';
import { connectionMachine } from '../../src/machine/index.js';
import { CHECKS } from './chartChecks.js';

describe('the chart', () => {
  it.each(CHECKS.map((check) => [check.name, check] as const))('%s', (_, check) => {
    check.run(connectionMachine);
  });
});
