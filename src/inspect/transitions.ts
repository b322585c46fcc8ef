/**
 * From what an inspection event says of a transition to the name that the drawing has for it.
 *
 * Owns: that mapping. The names are those of writtenTransitions.ts, which the drawing's elements carry, too.
 */
import { connectionMachine, definedTransitions, type RedactedTransition } from '../machine/index.js';

/** What makes a transition of the chart the one that it is, as far as inspection events tell. */
function keyOf(source: string, eventType: string, guard: string | undefined, target: string | undefined) {
  return [source, eventType, guard ?? '', target ?? ''].join('|');
}

/** Made at the first use: importing the module costs nothing. */
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

/** The written transition's id, e.g. `session.open:close`; `undefined` for one that the chart does not have. */
export function transitionId(transition: RedactedTransition): string | undefined {
  const { source, eventType, guard, target } = transition;
  return written().get(keyOf(source.path.join('.'), eventType, guard, target?.[0]?.path.join('.')));
}
