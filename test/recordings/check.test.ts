/**
 * `checkRecording()`: what it finds in recordings that were changed, and that it finds nothing in those that were not.
 */
import { describe, expect, it } from 'vitest';
import { checkRecording, writtenTransitions } from '../../src/testing/index.js';
import { exampleRecording } from './example.js';

const example = await exampleRecording();

describe('checkRecording()', () => {
  it('finds nothing in a recording of the chart', () => {
    const { covered, ...check } = checkRecording(example);
    expect(check).toEqual({ ok: true, connections: 2, steps: 26, truncated: false, otherChart: false });
    const all = new Set(writtenTransitions().map(({ id }) => id));
    expect(covered.filter((id) => !all.has(id))).toEqual([]);
    expect(covered).toContain('backoff:after.retryDelay');
    expect([...covered].sort()).toEqual(covered);
  });
});
