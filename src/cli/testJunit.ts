/**
 * The results of an examination as JUnit XML, as CI systems read it: a suite for each group, a case for each check. Every
 * failed check is a failure; its type is the level, MUST or SHOULD.
 */
import type { CheckResult, ServerReport } from '../testing/index.js';
import { inMarkup } from './text.js';

export function junitOf({ url, checks, duration }: ServerReport): string {
  const groups = [...new Set(checks.map(groupOf))];
  const suites = groups.map((group) =>
    suiteOf(
      group,
      checks.filter((each) => groupOf(each) === group),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${attributes({ name: `recker test ${url}`, ...countsOf(checks), time: seconds(duration) })}>
${suites.join('\n')}
</testsuites>
`;
}

const groupOf = ({ id }: CheckResult): string => id.slice(0, id.indexOf('/'));
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function suiteOf(group: string, checks: readonly CheckResult[]): string {
  const time = seconds(checks.reduce((sum, { duration }) => sum + duration, 0));
  const cases = checks.map(caseOf).join('\n');
  return `  <testsuite${attributes({ name: group, ...countsOf(checks), time })}>\n${cases}\n  </testsuite>`;
}

function countsOf(checks: readonly CheckResult[]): Record<string, string> {
  const count = (wanted: CheckResult['result']): string =>
    String(checks.filter(({ result }) => result === wanted).length);
  return { tests: String(checks.length), failures: count('fail'), skipped: count('n/a'), errors: '0' };
}

function caseOf({ id, level, rfc, sent, expected, result, got, duration }: CheckResult): string {
  const begin = `    <testcase${attributes({ classname: `recker.${groupOf({ id } as CheckResult)}`, name: id, time: seconds(duration) })}`;
  if (result === 'pass') return `${begin}/>`;
  const inner =
    result === 'n/a'
      ? `<skipped${attributes({ message: got })}/>`
      : `<failure${attributes({ type: level, message: got })}>${escaped(`${level}, RFC ${rfc}\nsent: ${sent}\nexpected: ${expected}\ngot: ${got}`)}</failure>`;
  return `${begin}>\n      ${inner}\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
}

/** XML 1.0 §2.2 and §2.4: control characters cannot be written at all. */
function escaped(text: string): string {
  return inMarkup(text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd'));
}
