/**
 * The chart as an SVG that explains itself: light and dark, with an id on each state and transition.
 *
 * Owns: colours, classes and ids. `state-<path>` (e.g. `state-session.open.alive`) is the group of a state,
 * `transition-<id of the written transition>` that of a transition; a page that gives one the class `lit` sees
 * it lit. Must not know: how places were found.
 */
import { type ChartState, conditionOf, triggerOf, type WrittenTransition } from './chart.js';
import { type Drawing, FONT, PADDING, type PlacedLine, type PlacedState, type Point } from './layout.js';

const LEGEND: readonly string[] = [
  '● entered with its parent',
  '[guard]',
  'after delay',
  '/ action, without leaving',
  '↻ leaves and enters again',
  'dashed: nothing rests here',
  '→ state: leads there',
];

/** The light colours: in the style for browsers, and as plain attributes for what reads no styles or no variables. */
const LIGHT = {
  paper: '#fff',
  ink: '#1f2328',
  soft: '#59636e',
  line: '#818b98',
  edge: '#d1d9e0',
  fill: '#f6f8fa',
  lit: '#d1570a',
  connecting: '#0969da',
  open: '#1a7f37',
  closing: '#9a6700',
  backoff: '#8250df',
  ended: '#59636e',
  exhausted: '#cf222e',
} as const;
type Colour = keyof typeof LIGHT;

const VARIABLES = Object.entries(LIGHT)
  .map(([name, colour]) => `--${name}:${colour}`)
  .join(';');

const STYLE = `
.recker-chart{${VARIABLES}}
@media (prefers-color-scheme:dark){.recker-chart{--paper:#0d1117;--ink:#f0f6fc;--soft:#9198a1;--line:#7d8590;--edge:#3d444d;--fill:#151b23;--lit:#ffa657;
--connecting:#4493f8;--open:#3fb950;--closing:#d29922;--backoff:#ab7df8;--ended:#9198a1;--exhausted:#f85149}}
.recker-chart text{font:${FONT.text}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ink)}
.recker-chart .paper{fill:var(--paper)}
.recker-chart .line{fill:none;stroke:var(--line);stroke-width:1.25}
.recker-chart .head{fill:var(--line)}
.recker-chart .glow{fill:none;stroke:none}
.recker-chart .guard,.recker-chart .about{fill:var(--soft)}
.recker-chart .note{paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round}
.recker-chart .on-fill{stroke:var(--fill)}
.recker-chart .start{fill:var(--tone,var(--ink))}
.recker-chart .name{font:600 ${FONT.name}px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--tone,var(--ink))}
.recker-chart .box{fill:var(--paper);stroke:var(--edge);stroke-width:1.25}
.recker-chart .toned{stroke:var(--tone)}
.recker-chart .ground{fill:var(--fill)}
.recker-chart .transient{stroke:var(--line);stroke-dasharray:5 4}
.recker-chart .lit>.box{stroke:var(--lit);stroke-width:2.5}
.recker-chart .lit>.name{fill:var(--lit)}
.recker-chart .lit>.glow{stroke:var(--lit);stroke-width:2.5}
.recker-chart .transition.lit>text,.recker-chart .transition.lit .guard{fill:var(--lit);font-weight:700}
`;

/** As in the style; a family of two words needs other quotes in an attribute. */
const FAMILIES = {
  mono: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  sans: "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif",
} as const;

/** Which colour a state has: that of what users call it. */
const TONES: readonly (readonly [tag: string, tone: Colour])[] = [
  ['connecting', 'connecting'],
  ['reconnecting', 'connecting'],
  ['preparing', 'connecting'],
  ['open', 'open'],
  ['closing', 'closing'],
  ['backoff', 'backoff'],
  ['exhausted', 'exhausted'],
  ['closed', 'ended'],
  ['idle', 'ended'],
];

export function toSvg({ width, height, states, lines }: Drawing): string {
  const top = states.filter(({ depth }) => depth === 0);
  const full = height + 26;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" class="recker-chart" width="${width}" height="${full}" viewBox="0 0 ${width} ${full}" fill="${LIGHT.ink}" font-family="${FAMILIES.mono}" font-size="${FONT.text}" role="img" aria-labelledby="recker-chart-title recker-chart-about">`,
    '<!-- Written by scripts/statecharts.ts from src/machine: do not edit. -->',
    '<title id="recker-chart-title">The statechart of one connection</title>',
    '<desc id="recker-chart-about">States as boxes, transitions as arrows from state to state, labelled with the event, delay and guard that take them.</desc>',
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${full}" rx="8" fill="${LIGHT.paper}"/>`,
    ...top.flatMap((state) => drawState(state, states, undefined)),
    // All lines before all words, so that no line crosses a word.
    '<g class="lines">',
    ...lines.map(drawLine),
    '</g>',
    '<g class="transitions">',
    ...states.flatMap(drawInside),
    ...lines.flatMap(drawTexts),
    '</g>',
    `<g class="legend"><text class="about" fill="${LIGHT.soft}" x="14" y="${full - 12}">${LEGEND.map(escapeXml).join(' · ')}</text></g>`,
    '</svg>',
  ].join('\n')}\n`;
}

function drawState(
  placed: PlacedState,
  all: readonly PlacedState[],
  inherited: Colour | undefined,
): readonly string[] {
  const { state, box } = placed;
  const own = TONES.find(([tag]) => state.tags.includes(tag))?.[1];
  const tone = own ?? inherited;
  const kind = state.children.length > 0 ? 'parent' : 'leaf';
  const looks = [
    'box',
    ...(own !== undefined || (kind === 'leaf' && tone !== undefined) ? ['toned'] : []),
    ...(kind === 'parent' && placed.depth === 0 ? ['ground'] : []),
    ...(state.isTransient ? ['transient'] : []),
  ];
  const style = tone === undefined ? '' : ` style="--tone:var(--${tone})"`;
  const left = box.x + PADDING.x;
  const children = all.filter(({ state: child }) => state.children.includes(child));
  return [
    `<g id="state-${state.path}" class="state ${kind}"${style}>`,
    `<title>${escapeXml(aboutState(state))}</title>`,
    `<rect class="${looks.join(' ')}" x="${round(box.x)}" y="${round(box.y)}" width="${round(box.width)}" height="${round(box.height)}" rx="6" ${plainBox(looks, tone)}/>`,
    ...(state.isInitial
      ? [
          `<circle class="start" cx="${round(left + 4)}" cy="${round(box.y + 15)}" r="4" fill="${LIGHT[tone ?? 'ink']}"/>`,
        ]
      : []),
    `<text class="name" x="${round(left + (state.isInitial ? 14 : 0))}" y="${round(box.y + 20)}" fill="${LIGHT[tone ?? 'ink']}" font-family="${FAMILIES.sans}" font-size="${FONT.name}" font-weight="600">${escapeXml(state.name)}</text>`,
    ...children.flatMap((child) => drawState(child, all, tone)),
    '</g>',
  ];
}

/** What the classes of a box say, as attributes. */
function plainBox(looks: readonly string[], tone: Colour | undefined): string {
  const fill = looks.includes('ground') ? LIGHT.fill : LIGHT.paper;
  const isTransient = looks.includes('transient');
  const edge = isTransient ? LIGHT.line : looks.includes('toned') ? LIGHT[tone ?? 'edge'] : LIGHT.edge;
  const dashes = isTransient ? ' stroke-dasharray="5 4"' : '';
  return `fill="${fill}" stroke="${edge}" stroke-width="1.25"${dashes}`;
}

/** What stays in a state is written over the lines that pass through its box, with a halo that parts the two. */
function drawInside({ state, box, inside, depth }: PlacedState): readonly string[] {
  const ground = state.children.length > 0 && depth === 0 ? 'note on-fill' : 'note';
  return inside.map(({ transition, rows }, index) => {
    const x = round(box.x + PADDING.x);
    const y = round(box.y + 22 + (index + 1) * FONT.line);
    const words = `<text class="${ground}" x="${x}" y="${y}">${withGuard(rows.join(' '))}</text>`;
    return drawTransition(transition, words);
  });
}

function drawTransition(transition: WrittenTransition, content: string): string {
  const about = `<title>${escapeXml(aboutTransition(transition))}</title>`;
  return `<g id="transition-${transition.id}" class="transition">${about}${content}</g>`;
}

function drawLine({ points }: PlacedLine): string {
  return `<path class="line" d="${course(points)}" fill="none" stroke="${LIGHT.line}" stroke-width="1.25"/><path class="head" d="${arrow(points)}" fill="${LIGHT.line}"/>`;
}

/** Transitions that share a line each have a copy of it, which shows when they are lit. */
function drawTexts({ points, label, texts }: PlacedLine): readonly string[] {
  let baseline = label.y - 3;
  return texts.map(({ transition, rows }) => {
    const words = rows.map((row) => {
      baseline += FONT.line;
      const start = `<text x="${round(label.x + label.width / 2)}" y="${round(baseline)}" text-anchor="middle">`;
      return `${start}${withGuard(row)}</text>`;
    });
    return drawTransition(
      transition,
      `<path class="glow" d="${course(points)}" fill="none"/>${words.join('')}`,
    );
  });
}

/** Sets a guard off from the event before it. */
function withGuard(row: string): string {
  return escapeXml(row).replace(/\[\w+\]|^always$/, `<tspan class="guard" fill="${LIGHT.soft}">$&</tspan>`);
}

function aboutTransition(transition: WrittenTransition): string {
  const { source, target, actions, reenter } = transition;
  const cause = `${triggerOf(transition)} ${conditionOf(transition)}`.trim() || 'always';
  const course = target === undefined ? `${source} stays` : `${source} → ${target}`;
  return `${course}: ${cause}${actions.length > 0 ? ` / ${actions.join(', ')}` : ''}${reenter ? ' (enters again)' : ''}`;
}

function aboutState({ path, description, tags, entry, exit, invokes }: ChartState): string {
  return [
    `${path}: ${description}`,
    ...(tags.length > 0 ? [`tags: ${tags.join(', ')}`] : []),
    ...(invokes.length > 0 ? [`invokes: ${invokes.join(', ')}`] : []),
    ...(entry.length > 0 ? [`entry: ${entry.join(', ')}`] : []),
    ...(exit.length > 0 ? [`exit: ${exit.join(', ')}`] : []),
  ].join('\n');
}

const CORNER = 6;

/** A line with round corners, which the eye follows through crossings. */
function course(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${at(point)}`;
      if (after === undefined) return `L${at(point)}`;
      const radius = Math.min(CORNER, distance(before, point) / 2, distance(point, after) / 2);
      return `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, after, radius))}`;
    })
    .join('');
}

function arrow(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return '';
  const base = towards(tip, before, 8);
  const across = { x: (tip.y - base.y) * 0.45, y: (base.x - tip.x) * 0.45 };
  const one = { x: base.x + across.x, y: base.y + across.y };
  const other = { x: base.x - across.x, y: base.y - across.y };
  return `M${at(tip)}L${at(one)}L${at(other)}Z`;
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function towards(from: Point, to: Point, by: number): Point {
  const share = by / (distance(from, to) || 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

/** Short numbers, and the same ones wherever floating point differs in the last digits. */
function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
