/**
 * From a transition of an inspection event to its id in the drawing.
 *
 * Owns: that mapping. The ids are those of writtenTransitions.ts, which the elements of the drawing have, too.
 */
import { connectionMachine, definedTransitions, type RedactedTransition } from '../machine/index.js';

/** Identifies a transition of the chart, as far as inspection events describe it. */
function keyOf(source: string, eventType: string, guard: string | undefined, target: string | undefined) {
  return [source, eventType, guard ?? '', target ?? ''].join('|');
}

/** Made at the first use, so that the import costs nothing. */
let ids: ReadonlyMap<string, string> | undefined;

function written(): ReadonlyMap<string, string> {
  ids ??= new Map(
    definedTransitions(connectionMachine).map(({ id, source, definition, guard, target }) => [
      keyOf(source, definition.eventType, guard, target),
      id,
    ]),
  );
  return ids;
}

/** The id of a written transition, e.g. `session.open:close`; `undefined` for one that the chart does not have. */
export function transitionId(transition: RedactedTransition): string | undefined {
  const { source, eventType, guard, target } = transition;
  return written().get(keyOf(source.path.join('.'), eventType, guard, target?.[0]?.path.join('.')));
}
