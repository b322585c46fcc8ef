/** Draws dials due per 100 ms, one panel for each run, readable on light and on dark. */
import type { StormReport } from './run.js';

const WIDTH = 760;
const PANEL = 150;
const LEFT = 62;
const RIGHT = 20;
const TOP = 58;

/** What both themes need: the file stands alone, so it brings its own colours. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .small { font-size: 11px; fill: #57606a; }
  .title { font-size: 15px; font-weight: 600; }
  .bar { fill: #0969da; }
  .window { fill: #0969da; opacity: 0.08; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .bar { fill: #4493f8; }
    .window { fill: #4493f8; opacity: 0.14; }
  }`;

export function picture(reports: readonly StormReport[]): string {
  const tenths = Math.max(...reports.map(({ perTenth }) => perTenth.length), 30);
  const peak = Math.max(...reports.map((report) => report.peak));
  const x = (tenth: number): number => LEFT + (tenth * (WIDTH - LEFT - RIGHT)) / tenths;
  const height = TOP + reports.length * (PANEL + 46) + 4;
  const [{ clients, reconnectDelay, downFor } = { clients: 0, reconnectDelay: 0, downFor: 0 }] = reports;
  const panels = reports.map((report, index) => {
    const base = TOP + index * (PANEL + 46) + PANEL;
    const y = (count: number): number => (count * (PANEL - 28)) / peak;
    const bars = report.perTenth.map((count, tenth) =>
      count === 0
        ? ''
        : `<rect class="bar" x="${round(x(tenth))}" y="${round(base - y(count))}" width="${round(x(1) - x(0) - 1)}" height="${round(y(count))}"/>`,
    );
    const seconds = Array.from({ length: Math.floor(tenths / 10) + 1 }, (_, second) =>
      second % (tenths > 60 ? 2 : 1) === 0
        ? `<text class="small" x="${round(x(second * 10))}" y="${base + 16}" text-anchor="middle">${second} s</text>`
        : '',
    );
    const name = report.jitter === 'none' ? 'no jitter' : `${report.jitter} jitter`;
    const numbers = `${report.dials} dials, at most ${report.peak} in 100 ms; all back after ${(report.allBack / 1000).toFixed(1)} s`;
    return [
      `<rect class="window" x="${LEFT}" y="${base - PANEL + 26}" width="${round(x(reconnectDelay / 100) - LEFT)}" height="${PANEL - 26}"/>`,
      `<text x="${LEFT}" y="${base - PANEL + 18}"><tspan font-weight="600">${name}</tspan>: ${numbers}</text>`,
      ...bars,
      `<line class="axis" x1="${LEFT}" y1="${base}" x2="${WIDTH - RIGHT}" y2="${base}"/>`,
      `<text class="small" x="${LEFT - 8}" y="${round(base - y(peak) + 4)}" text-anchor="end">${peak}</text>`,
      `<text class="small" x="${LEFT - 8}" y="${base}" text-anchor="end">0</text>`,
      ...seconds,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t">
<title id="t">Dials due per 100 ms after a server restart, by jitter</title>
<style>${STYLE}</style>
<text class="title" x="${LEFT}" y="24">${clients} clients lose their server at once: dials due per 100 ms</text>
<text class="small" x="${LEFT}" y="42">The server is back after ${downFor} ms; reconnectDelay ${reconnectDelay} ms is the first window (shaded).</text>
${panels.join('\n')}
</svg>
`
    .split('\n')
    .filter((line) => line !== '')
    .join('\n')
    .concat('\n');
}

const round = (value: number): number => Math.round(value * 10) / 10;
