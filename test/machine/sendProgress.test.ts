/** The limits for bytes on their way out: how long a link that takes nothing, or answers nothing, may be trusted. */
import { describe, expect, it } from 'vitest';
import type { ConnectionPolicy } from '../../src/machine/index.js';
import { untilClosed, untilOverdue, untilStalled } from '../../src/machine/sendProgress.js';
import { LONGEST_DELAY, type SendProgress } from '../../src/port/index.js';

const policy = {
  heartbeatInterval: 30_000,
  heartbeatTimeout: 10_000,
  closeTimeout: 5000,
} as ConnectionPolicy;

const sending = (known: Partial<SendProgress>): SendProgress => ({
  waiting: true,
  takenAgo: 1_000_000,
  heardAgo: 1_000_000,
  hasTaken: true,
  longestGap: 0,
  allowance: 0,
  ...known,
});

describe('untilStalled()', () => {
  it.each<[string, Partial<SendProgress>, number]>([
    [
      'before the first take: the longer of interval and timeout, and one timeout',
      { hasTaken: false, takenAgo: 0 },
      40_000,
    ],
    ['and counted from when the kernel was full', { hasTaken: false, takenAgo: 39_999 }, 1],
    ['after a take: the timeout', { takenAgo: 0, longestGap: 5000 }, 10_000],
    ['or twice the longest gap', { takenAgo: 0, longestGap: 5001 }, 10_002],
    ['counted from the latest take', { takenAgo: 10_000 }, 0],
    ['what was received since counts as well', { takenAgo: 10_000, heardAgo: 400 }, 9600],
    ['whichever is later', { takenAgo: 300, heardAgo: 400 }, 9700],
    ['in whole milliseconds, never too early', { takenAgo: 0.5 }, 10_000],
    ['no longer than a timer may be', { takenAgo: 0, longestGap: 2 ** 31 }, LONGEST_DELAY],
  ])('%s', (_, known, rest) => {
    expect(untilStalled(policy, sending(known))).toBe(rest);
  });

  it('takes the timeout for the interval where that is shorter', () => {
    const quick = { ...policy, heartbeatInterval: 1000 };
    expect(untilStalled(quick, sending({ hasTaken: false, takenAgo: 0 }))).toBe(20_000);
  });
});

describe('untilOverdue()', () => {
  it.each<[string, Partial<SendProgress>, number, number]>([
    ['while bytes wait, as for them', { takenAgo: 4000 }, 9000, 6000],
    ['else the timeout since the Ping', { waiting: false }, 9000, 1000],
    ['since the last bytes were taken, where that is later', { waiting: false, takenAgo: 500 }, 9000, 9500],
    ['longer by what the kernel may hold', { waiting: false, allowance: 2500 }, 9000, 3500],
    ['and over in the end', { waiting: false, allowance: 2500 }, 12_500, 0],
  ])('%s', (_, known, waited, rest) => {
    expect(untilOverdue(policy, sending(known), waited)).toBe(rest);
  });
});

describe('untilClosed()', () => {
  it.each<[string, Partial<SendProgress>, number, number]>([
    ['while bytes wait, before the first take: 20 s', { hasTaken: false, takenAgo: 0 }, 9000, 20_000],
    ['counted from when the kernel was full', { hasTaken: false, takenAgo: 19_000 }, 9000, 1000],
    ['after it: closeTimeout', { takenAgo: 0 }, 9000, 5000],
    ['or twice the longest gap', { takenAgo: 1000, longestGap: 3000 }, 9000, 5000],
    ['what was received says nothing', { takenAgo: 4000, heardAgo: 0 }, 9000, 1000],
    ['else closeTimeout since the closing began', { waiting: false }, 3000, 2000],
    ['since the last bytes were taken, where that is later', { waiting: false, takenAgo: 500 }, 3000, 4500],
    ['longer by what the kernel may hold', { waiting: false, allowance: 2500 }, 3000, 4500],
    ['and over in the end', { waiting: false, allowance: 2500 }, 7500, 0],
  ])('%s', (_, known, waited, rest) => {
    expect(untilClosed(policy, sending(known), waited)).toBe(rest);
  });

  it('is closeTimeout before the first take where that is longer', () => {
    const patient = { ...policy, closeTimeout: 60_000 };
    expect(untilClosed(patient, sending({ hasTaken: false, takenAgo: 0 }), 0)).toBe(60_000);
  });
});
