/**
 * Where the boxes, lines and words of the drawing go.
 *
 * Owns: the sizes of texts and the settings of the layout engine (elkjs, layered). Must not know: colours or
 * SVG. Transitions between the same two states share a line; those that stay in a state are words in its box.
 * Text is measured by counting, not by a font, so that the drawing is the same on every machine.
 */
import elkjs, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import {
  type ChartState,
  chartStates,
  chartTransitions,
  conditionOf,
  triggerOf,
  type WrittenTransition,
} from './chart.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** One transition in words. */
export interface TransitionText {
  readonly transition: WrittenTransition;
  /** Beside a line a guard has a row of its own, where the event is long. */
  readonly rows: readonly string[];
}

export interface PlacedState {
  readonly state: ChartState;
  readonly box: Box;
  /** The transitions that stay in it. */
  readonly inside: readonly TransitionText[];
  readonly depth: number;
}

export interface PlacedLine {
  readonly points: readonly Point[];
  readonly label: Box;
  readonly texts: readonly TransitionText[];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly lines: readonly PlacedLine[];
}

/** Sizes in px. The widths of characters are upper bounds of the usual fonts. */
export const FONT = { name: 14, text: 11, nameWidth: 9.3, textWidth: 6.65, line: 15 } as const;
export const PADDING = { x: 10, header: 26, below: 8 } as const;

export async function layOut(): Promise<Drawing> {
  const transitions = chartTransitions();
  const root = chartStates();
  const states = new Map<string, Omit<PlacedState, 'box'>>();
  const children = root.children.map((state) => toNode(state, transitions, states, 0));
  const bundles = bundle(transitions);
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: LAYOUT,
    children,
    edges: bundles.map(({ source, target, texts }, index) => ({
      id: String(index),
      sources: [source],
      targets: [target],
      labels: [{ text: 'label', ...sizeOf(texts.flatMap(({ rows }) => rows)) }],
    })),
  };
  const elk = new elkjs.default();
  const placed = await elk.layout(graph);
  return {
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    states: nodesOf(placed).map((node) => {
      const state = states.get(node.id);
      if (state === undefined) throw new Error(`The layout engine invented the state ${node.id}`);
      return { ...state, box: boxOf(node) };
    }),
    lines: bundles.map(({ texts }, index) => {
      const edge = placed.edges?.[index];
      if (edge === undefined)
        throw new Error(`The layout engine lost the line of ${texts[0]?.transition.id}`);
      return { texts, points: pointsOf(edge), label: boxOf(edge.labels?.[0] ?? {}) };
    }),
  };
}

const LAYOUT: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.padding': '[top=12,left=12,bottom=12,right=12]',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '10',
  'elk.spacing.edgeEdge': '8',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  // The chart is written in the order of a connection's life, so what goes back in it goes back in the drawing.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': 'TAIL_LAYER',
  'elk.layered.thoroughness': '30',
};

interface Bundle {
  readonly source: string;
  readonly target: string;
  readonly texts: readonly TransitionText[];
}

/** Where everything may end: a line from each state to it would hide all others. */
const END = 'closed';

/**
 * Transitions that stay where they are have no line, and of those to the end only that of the retry decision:
 * the others are written in the box that they leave, with the name of where they lead.
 */
function isWords({ source, target, event }: WrittenTransition): boolean {
  if (target === undefined || target === source) return true;
  return target.split('.')[0] === END && event !== 'always';
}

function bundle(transitions: readonly WrittenTransition[]): readonly Bundle[] {
  const bundles = new Map<string, Bundle & { readonly texts: TransitionText[] }>();
  for (const transition of transitions) {
    const { source, target } = transition;
    if (target === undefined || isWords(transition)) continue;
    const key = `${source} ${target}`;
    const known = bundles.get(key) ?? { source, target, texts: [] };
    bundles.set(key, known);
    known.texts.push({ transition, rows: rowsOf(transition) });
  }
  return [...bundles.values()];
}

function textOf(transition: WrittenTransition): string {
  return `${triggerOf(transition)} ${conditionOf(transition)}`.trim() || 'always';
}

function rowsOf(transition: WrittenTransition): readonly string[] {
  const text = textOf(transition);
  const [trigger, condition] = [triggerOf(transition), conditionOf(transition)];
  return text.length > LONG && trigger !== '' && condition !== '' ? [trigger, condition] : [text];
}

/** In characters. */
const LONG = 24;

function insideTextOf(transition: WrittenTransition): string {
  const { source, target, reenter, actions } = transition;
  if (target !== undefined && target !== source) return `${textOf(transition)} → ${target.split('.').at(-1)}`;
  return `${reenter ? '↻ ' : ''}${textOf(transition)}${actions.length > 0 ? ` / ${actions.join(', ')}` : ''}`;
}

function sizeOf(texts: readonly string[]): { readonly width: number; readonly height: number } {
  const longest = Math.max(...texts.map(({ length }) => length));
  return { width: Math.ceil(longest * FONT.textWidth) + 4, height: texts.length * FONT.line + 2 };
}

function toNode(
  state: ChartState,
  transitions: readonly WrittenTransition[],
  states: Map<string, Omit<PlacedState, 'box'>>,
  depth: number,
): ElkNode {
  const inside = transitions
    .filter((transition) => transition.source === state.path && isWords(transition))
    .map((transition) => ({ transition, rows: [insideTextOf(transition)] }));
  states.set(state.path, { state, inside, depth });
  const text = sizeOf(['', ...inside.flatMap(({ rows }) => rows)]);
  const header = PADDING.header + inside.length * FONT.line;
  // The dot of an initial state stands before its name.
  const name = state.name.length * FONT.nameWidth + (state.isInitial ? 14 : 0);
  const width = Math.max(name, text.width) + 2 * PADDING.x;
  const isParent = state.children.length > 0;
  return {
    id: state.path,
    ...(isParent
      ? { children: state.children.map((child) => toNode(child, transitions, states, depth + 1)) }
      : { width, height: header + PADDING.below }),
    layoutOptions: isParent
      ? {
          'elk.padding': `[top=${header + 14},left=14,bottom=14,right=14]`,
          'elk.nodeSize.constraints': 'MINIMUM_SIZE',
          'elk.nodeSize.minimum': `(${width},0)`,
        }
      : {},
  };
}

function nodesOf(node: ElkNode): readonly ElkNode[] {
  return (node.children ?? []).flatMap((child) => [child, ...nodesOf(child)]);
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x, y, width, height };
}

function pointsOf({ sections = [] }: ElkExtendedEdge): readonly Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}
