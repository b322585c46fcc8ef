/** The table of the default decision in docs/reconnection.md, row by row, against `defaultShouldReconnect`. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ConnectionError,
  defaultShouldReconnect,
  type Failure,
  HandshakeError,
  TimeoutError,
} from '../../src/machine/index.js';

const page = readFileSync(new URL('../../docs/reconnection.md', import.meta.url), 'utf8');
const table = page.slice(page.indexOf('| what ended it |')).split('\n\n')[0] as string;
const rows = table
  .split('\n')
  .slice(2)
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

const certificateCodes = [
  ...(/^A certificate does not verify if [\s\S]*?\n\n/m.exec(page)?.[0].matchAll(/`(\w+)`/g) ?? []),
].map(([, code = '']) => code);

/** The whole numbers of a text, with the ranges in it filled. */
const numbersIn = (text: string): number[] =>
  [...text.matchAll(/(\d+)(?:–(\d+))?/g)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
  );

const answered = (status: number): Partial<Failure> => ({
  status,
  error: new HandshakeError(String(status), { status }),
});
const failed = (...args: ConstructorParameters<typeof ConnectionError>) => ({
  error: new ConnectionError(...args),
});

/** What a row speaks of. */
function failuresOf(row: string): Partial<Failure>[] {
  const [said = '', except] = row.split(', but for ');
  if (row.startsWith('Close ')) {
    return numbersIn(row).flatMap((code) => [{ code }, { sentCode: code }]);
  }
  if (row.startsWith('every other Close')) return [{ code: 1000 }, { code: 1001 }, { code: 4000 }, {}];
  if (row.startsWith('HTTP')) {
    const statuses = numbersIn(said.replace('5xx', '500–599'));
    return statuses.filter((status) => !numbersIn(except ?? '').includes(status)).map(answered);
  }
  if (row.startsWith('a 101')) return [answered(101)];
  if (row.startsWith('a certificate')) {
    return certificateCodes.map((code) => failed('x', { code }));
  }
  if (row.startsWith('a TLS alert')) return numbersIn(row).map((alert) => failed('x', { alert }));
  if (row.startsWith('a proxy')) return [answered(407), failed('x', { final: true, hop: 'proxy' })];
  if (row.startsWith('a page')) return [failed('x', { final: true })];
  return [failed('x', { code: 'ENOTFOUND' }), { error: new TimeoutError('connect', 1) }];
}

describe('the table of the default decision', () => {
  it('has all rows', () => {
    expect(rows).toHaveLength(13);
    expect(certificateCodes).toHaveLength(28);
  });

  it.each(rows)('%s: %s; %s', (row = '', cell = '', sinceOpen = '') => {
    const failures = failuresOf(row);
    expect(failures.length).toBeGreaterThan(0);
    for (const known of failures) {
      const failure = { attempt: 0, code: 1006, reason: '', wasClean: false, uptime: 0, ...known };
      const answers = [false, true].map((hasBeenOpen) => defaultShouldReconnect({ ...failure, hasBeenOpen }));
      const promised = [cell, sinceOpen].map((each) => /^(?:yes|slowly)/.test(each));
      expect([known, answers]).toEqual([known, promised]);
    }
  });
});
