/**
 * Fifty thousand steps that the chart took at random: no false alarm. `npx tsx scripts/recordings.ts` does it with a million.
 */
import { expect, it } from 'vitest';
import { checkRecording, writtenTransitions } from '../../src/testing/index.js';
import { legalRecording } from './legal.js';

it('50,000 legal steps are checked without a false alarm', { timeout: 60_000 }, () => {
  const text = legalRecording(50_000, 10);
  const { divergence, steps, covered } = checkRecording(text);
  const line = text.split('\n')[(divergence?.line ?? 1) - 1];
  expect(divergence, line).toBeUndefined();
  expect(steps).toBeGreaterThanOrEqual(50_000);
  expect(covered.length).toBeGreaterThan(writtenTransitions().length * 0.75);
});
