/**
 * The results of an examination for people, on a terminal.
 */
import type { CheckResult, ServerCheckPlan, ServerReport } from '../testing/index.js';
import type { Style } from './terminal.js';

const MiB = 2 ** 20;

/** What will be sent, before it is. */
export function planText({
  url,
  checks,
  connections,
  atOnce,
  perSecond,
  bytes,
  deadline,
}: ServerCheckPlan): string {
  return (
    `Examining ${url}: ${checks} checks in at most ${deadline / 1000} s, with at most ${connections} connections ` +
    `(${perSecond} a second, ${atOnce} at a time) and ${Math.ceil(bytes / MiB)} MiB sent.`
  );
}

/** A report with more results. */
export function totalled(report: ServerReport, more: readonly CheckResult[]): ServerReport {
  const checks = [...report.checks, ...more];
  const count = (wanted: CheckResult['result']): number =>
    checks.filter(({ result }) => result === wanted).length;
  return {
    ...report,
    checks,
    ok: report.ok && !more.some(({ level, result }) => level === 'MUST' && result === 'fail'),
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('n/a'),
    duration: report.duration + Math.max(0, ...more.map(({ duration }) => duration)),
  };
}

/** The report: a line for each check, more for each that failed, and the counts. */
export function reportText(report: ServerReport, style: Style): string {
  const width = Math.max(...report.checks.map(({ id }) => id.length), 0);
  const lines = report.checks.map((each) => resultText(each, width, style));
  const { passed, failed, skipped, checks, duration } = report;
  const musts = checks.filter(({ level, result }) => level === 'MUST' && result === 'fail').length;
  const counts = `${passed} passed, ${failed} failed (${musts} MUST, ${failed - musts} SHOULD), ${skipped} not applicable`;
  return `${[...lines, '', `${style.bold(counts)}, in ${(duration / 1000).toFixed(1)} s`].join('\n')}\n`;
}

function resultText(given: CheckResult, width: number, style: Style): string {
  const { id, level, rfc, sent, expected, result } = given;
  const got = printable(given.got);
  const line = `${id.padEnd(width)}  ${level.padEnd(6)}  `;
  if (result === 'pass') return `${style.green('pass')}  ${line}${got}`;
  if (result === 'n/a') return style.dim(`n/a   ${line}${got}`);
  const mark = level === 'MUST' ? style.red('FAIL') : style.yellow('fail');
  return [
    `${mark}  ${line}${got}`,
    ...[`RFC ${rfc}`, `sent      ${sent}`, `expected  ${expected}`, `got       ${got}`].map(
      (text) => `        ${text}`,
    ),
  ].join('\n');
}

/** What controls a terminal does not reach it. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
