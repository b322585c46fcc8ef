/** The marks of a connection whose kernel was full: what a gap says that was seen while the process was stopped. */
import { expect, it } from 'vitest';
import { ProgressMarks } from '../../src/machine/index.js';

it('a gap that was seen on waking changes neither the longest gap nor the rate', () => {
  const marks = new ProgressMarks(0, 1000);
  marks.take(2000, 500, true);
  const awake = marks.read(2000);
  expect(awake).toMatchObject({ longestGap: 2000, allowance: 4000 });
  // Stopped for a minute: the deadline is noticed late, and the socket is asked before it reports what the kernel took.
  marks.question();
  marks.take(62_000, 10, true);
  expect(marks.read(62_000).allowance).toBeGreaterThan(60_000);
  marks.answer(62_000, true);
  marks.forgetSilence(62_000);
  expect(marks.read(62_000)).toEqual({ ...awake, heardAgo: 0 });
});

it('what is taken after the process is awake again counts', () => {
  const marks = new ProgressMarks(0, 1000);
  marks.take(2000, 500, true);
  marks.question();
  marks.forgetSilence(62_000);
  marks.take(65_000, 500, true);
  expect(marks.read(65_000)).toMatchObject({ longestGap: 3000, allowance: 5000, takenAgo: 0 });
});
