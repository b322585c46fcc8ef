/**
 * The results of an examination as one HTML page: no script, nothing is loaded, and its policy forbids both.
 */
import { createHash } from 'node:crypto';
import type { CheckResult, ServerReport } from '../testing/index.js';
import { inMarkup } from './text.js';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
td:first-child, td:nth-child(2), td:nth-child(3) { white-space: nowrap; }
.pass { color: #2a7d2a; } .MUST { color: #c62828; font-weight: bold; } .SHOULD { color: #a05a00; } .na { color: #777; }
`;

export function htmlOf(report: ServerReport): string {
  const { url, checks, passed, failed, skipped, duration, ok } = report;
  const groups = [...new Set(checks.map(groupOf))];
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width">
<title>recker test ${inMarkup(url)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${inMarkup(url)}</h1>
<p>${ok ? 'No MUST failed' : 'A MUST failed'}: ${passed} passed, ${failed} failed, ${skipped} not applicable, in ${(duration / 1000).toFixed(1)} s.</p>
${groups
  .map((group) =>
    tableOf(
      group,
      checks.filter((each) => groupOf(each) === group),
    ),
  )
  .join('\n')}
</body>
</html>
`;
}

const groupOf = ({ id }: CheckResult): string => id.slice(0, id.indexOf('/'));

function tableOf(group: string, checks: readonly CheckResult[]): string {
  return `<h2>${inMarkup(group)}</h2>
<table>
<thead><tr><th>result</th><th>check</th><th>level</th><th>sent</th><th>expected</th><th>got</th></tr></thead>
<tbody>
${checks.map(rowOf).join('\n')}
</tbody>
</table>`;
}

function rowOf({ id, level, rfc, sent, expected, result, got }: CheckResult): string {
  const look = result === 'pass' ? 'pass' : result === 'n/a' ? 'na' : level;
  const cells = [id, `${level}, RFC ${rfc}`, sent, expected, got]
    .map((text) => `<td>${inMarkup(text)}</td>`)
    .join('');
  return `<tr><td class="${look}">${result}</td>${cells}</tr>`;
}
