/** What is a take: the marks of a connection whose kernel is full, gap by gap. */
import { describe, expect, it } from 'vitest';
import { ProgressMarks } from '../../src/machine/progressMarks.js';

const MIB = 1024 * 1024;

describe('a kernel that is full', () => {
  it('has taken nothing at first', () => {
    expect(new ProgressMarks(1000, MIB).read(1700)).toEqual({
      waiting: true,
      takenAgo: 700,
      heardAgo: 700,
      hasTaken: false,
      longestGap: 0,
      allowance: 0,
    });
  });

  it('is full from the first time on, however often that is reported', () => {
    const marks = new ProgressMarks(1000, MIB);
    marks.fill(1500);
    expect(marks.read(1700).takenAgo).toBe(700);
    expect([marks.waitsSince(999), marks.waitsSince(1000)]).toEqual([false, true]);
  });

  it('takes without a gap at first: so much more it holds, and that is no take', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.take(49, MIB, true);
    expect(marks.read(49)).toMatchObject({ takenAgo: 0, hasTaken: false, longestGap: 0, allowance: 0 });
    // 2 MiB are held, and MIB left in the second after them.
    marks.take(1049, MIB, true);
    expect(marks.read(1049)).toMatchObject({ hasTaken: true, longestGap: 1000, allowance: 2000 });
  });

  it('has taken once a gap was a second long, not before', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.take(50, MIB, true);
    marks.take(1049, MIB, true);
    expect(marks.read(1049)).toMatchObject({ takenAgo: 0, hasTaken: false, longestGap: 0 });
    marks.take(2049, MIB, true);
    expect(marks.read(2049)).toMatchObject({ hasTaken: true, longestGap: 1000 });
    marks.take(2050, MIB, true);
    expect(marks.read(2050)).toMatchObject({ takenAgo: 0, longestGap: 1000 });
  });

  it('has taken at once where nothing is known of what it holds', () => {
    const marks = new ProgressMarks(0, 0);
    marks.take(10, 1, true);
    expect(marks.read(10)).toMatchObject({ hasTaken: true, longestGap: 10, allowance: 0 });
  });

  it('holds no more than 16 MiB, at the beginning and after it has grown', () => {
    const full = new ProgressMarks(0, 100 * MIB);
    full.take(1000, MIB, true);
    expect(full.read(1000).allowance).toBe(16_000);
    const grown = new ProgressMarks(0, MIB);
    grown.take(10, 100 * MIB, true);
    grown.take(1010, MIB, true);
    expect(grown.read(1010).allowance).toBe(16_000);
  });

  it('takes no less than nothing: no bytes are no take, and a clock that went back is no gap', () => {
    const marks = new ProgressMarks(1000, MIB);
    marks.take(5000, 0, true);
    expect(marks.read(5000)).toMatchObject({ takenAgo: 4000, hasTaken: false });
    marks.take(500, MIB, true);
    marks.take(1500, MIB, true);
    expect(marks.read(1500)).toMatchObject({ longestGap: 1000, allowance: 2000 });
  });
});

describe('a kernel with room again', () => {
  it('does not wait, and what it takes then proves nothing', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.take(1000, MIB, false);
    expect(marks.read(1500)).toMatchObject({ waiting: false, takenAgo: 500, hasTaken: true });
    expect(marks.waitsSince(2000)).toBe(false);
    marks.take(9000, MIB, true);
    expect(marks.read(9000)).toMatchObject({ waiting: false, takenAgo: 8000, longestGap: 1000 });
  });

  it('is full anew, from then on', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.take(1000, MIB, false);
    marks.fill(7000);
    expect(marks.read(7400)).toMatchObject({ waiting: true, takenAgo: 400, longestGap: 1000 });
    expect([marks.waitsSince(6999), marks.waitsSince(7000)]).toEqual([false, true]);
  });
});

describe('what is received', () => {
  it('counts from its own moment', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.received(300);
    marks.answer(900, true);
    expect(marks.read(1000).heardAgo).toBe(700);
  });

  it('counts from the answer where only bytes came', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.received(300);
    marks.answer(400, true);
    marks.answer(900, true);
    expect(marks.read(1000).heardAgo).toBe(100);
    marks.answer(1900, false);
    expect(marks.read(2000).heardAgo).toBe(1100);
  });
});

describe('after a sleep', () => {
  it('the silence counts from waking on, and a gap seen on waking is none', () => {
    const marks = new ProgressMarks(0, MIB);
    marks.take(1000, MIB, true);
    marks.question();
    marks.take(61_000, MIB, true);
    marks.forgetSilence(62_000);
    expect(marks.read(62_500)).toMatchObject({ takenAgo: 500, heardAgo: 500, longestGap: 1000 });
  });
});
