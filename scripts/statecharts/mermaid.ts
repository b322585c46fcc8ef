/**
 * The chart as a mermaid `stateDiagram-v2` (https://mermaid.js.org/syntax/stateDiagram.html).
 *
 * Owns: mermaid's syntax. A transition that stays where it is becomes a line in its state, because mermaid has
 * no word for it, and cannot draw one of a state with children.
 */
import {
  type ChartState,
  chartStates,
  chartTransitions,
  conditionOf,
  triggerOf,
  type WrittenTransition,
} from './chart.js';

/** The name of a state for mermaid, which takes letters, digits and underscores. */
export function mermaidId(path: string): string {
  return path.replaceAll('.', '_');
}

/** What is written beside a transition: its event or delay, and its guard. */
export function mermaidLabel(transition: WrittenTransition): string {
  return `${triggerOf(transition)} ${conditionOf(transition)}`.trim() || 'always';
}

export function toMermaid(): string {
  const transitions = chartTransitions();
  const lines = [
    '%% The statechart of one connection. Written by scripts/statecharts.ts from src/machine: do not edit.',
    'stateDiagram-v2',
    ...chartStates().children.flatMap((state) => declare(state, transitions, '  ')),
    '',
    ...transitions.filter(leads).map((transition) => {
      const label = mermaidLabel(transition);
      return `  ${mermaidId(transition.source)} --> ${mermaidId(transition.target ?? '')} : ${label}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function leads({ source, target }: WrittenTransition): boolean {
  return target !== undefined && target !== source;
}

function declare(
  { path, name, children, isInitial }: ChartState,
  transitions: readonly WrittenTransition[],
  indent: string,
): readonly string[] {
  const id = mermaidId(path);
  const stays = transitions.filter((transition) => transition.source === path && !leads(transition));
  const start = isInitial ? [`${indent}[*] --> ${id}`] : [];
  if (children.length === 0) {
    const lines = stays.map((transition) => {
      const acts = transition.actions.length > 0 ? ` / ${transition.actions.join(', ')}` : ' / enters again';
      return `${indent}${id} : ${mermaidLabel(transition)}${acts}`;
    });
    return [`${indent}state "${name}" as ${id}`, ...lines, ...start];
  }
  const reactions = stays.map(
    (transition) => ` · ${mermaidLabel(transition)} / ${transition.actions.join(', ')}`,
  );
  return [
    `${indent}state "${name}${reactions.join('')}" as ${id} {`,
    ...children.flatMap((child) => declare(child, transitions, `${indent}  `)),
    `${indent}}`,
    ...start,
  ];
}
