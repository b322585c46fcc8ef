/**
 * What there is: the states, events and delays of a chart, the documented events, and the methods of the class. Each is
 * read from its source, so that a new one is in here without anybody's doing.
 */
import { type ChartDefinition, stateNodes, writtenTransitions } from '../../src/machine/index.js';
import { tableWith } from '../support/tables.js';

/** A state in which a chart can rest, or passes through. */
export interface ChartState {
  readonly path: string;
  /** Left by entering alone: no event can arrive in it. */
  readonly isTransient: boolean;
}

export function chartStates(chart: ChartDefinition): readonly ChartState[] {
  return stateNodes(chart)
    .filter(({ type }) => type === 'atomic')
    .map((node) => ({
      path: node.path.join('.'),
      isTransient: node.always?.at(-1) !== undefined && node.always.at(-1)?.guard === undefined,
    }));
}

/** Every event that some state of the chart reacts to; `after.<delay>` for its timers. */
export function chartEvents(chart: ChartDefinition): readonly string[] {
  return [...new Set(writtenTransitions(chart).map(({ event }) => event))].filter(
    (event) => event !== 'always',
  );
}

/** Whether the chart has a transition for `event` in the state, or in one that it is a part of. */
export function isHandled(chart: ChartDefinition, path: string, event: string): boolean {
  return writtenTransitions(chart).some(
    (each) => each.event === event && (each.source === '' || `${path}.`.startsWith(`${each.source}.`)),
  );
}

/** The events that docs/events.md lists. */
export function documentedEvents(): readonly string[] {
  return [...new Set(tableWith('events.md', 'arguments').map(({ row }) => row))];
}

/** The methods that a class adds to those of its base, or replaces. Symbols by their description. */
export function methodsOf(prototype: object): readonly string[] {
  return Reflect.ownKeys(prototype)
    .filter((key) => {
      const { value } = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
      return key !== 'constructor' && typeof value === 'function';
    })
    .map((key) => (typeof key === 'symbol' ? `[${nameOf(key)}]` : key));
}

/** Versions of Node describe it differently. */
const nameOf = (symbol: symbol): string =>
  symbol === Symbol.asyncDispose ? 'Symbol.asyncDispose' : String(symbol.description);
