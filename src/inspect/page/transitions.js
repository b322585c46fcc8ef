/**
 * Which transitions of the chart a recorded step has taken.
 *
 * A recording has the states before and after, and the event. The chart says which of its transitions lead there; where several
 * do, what else the step says decides.
 */
import { written } from 'chart';

/** More transitions than this are in no step. */
const DEEPEST = 4;

const byKey = new Map();
for (const [id, source, event, leaf, raises] of written) {
  const key = `${source}|${event}`;
  const candidates = byKey.get(key) ?? [];
  candidates.push({ id, leaf, raises });
  byKey.set(key, candidates);
}

const found = new Map();

/** The ids, in order. None for a step that this version of the chart does not have. */
export function takenIn({ from, event, to, alive, sending }) {
  const key = JSON.stringify([from, event, to, alive, sending?.waiting]);
  let ids = found.get(key);
  if (ids === undefined) {
    ids = search(from, event.replace(/^after /, 'after.'), to, { alive, sending }, 1) ?? [];
    found.set(key, ids);
  }
  return ids;
}

function search(path, event, to, facts, depth) {
  if (depth > DEEPEST) return undefined;
  const parts = path.split('.');
  // The innermost state that has the event takes it. Where its guards refuse, the next one may.
  for (let length = parts.length; length >= 0; length -= 1) {
    const candidates = byKey.get(`${parts.slice(0, length).join('.')}|${event}`) ?? [];
    const direct = candidates.filter(({ leaf, raises }) => (leaf || path) === to && raises === '');
    const chosen = choose(direct, facts);
    if (chosen !== undefined) return [chosen.id];
    for (const { id, leaf, raises } of candidates) {
      for (const next of raises === '' ? ['always'] : [raises]) {
        const rest = search(leaf || path, next, to, facts, depth + 1);
        if (rest !== undefined) return [id, ...rest];
      }
    }
  }
  return undefined;
}

/** An answer that leads from `asked` back to waiting does so for one of three reasons. */
function choose(candidates, { alive, sending }) {
  const guarded = (guard) => candidates.find(({ id }) => id.endsWith(`:${guard}`));
  if (candidates.length < 2) return candidates[0];
  return (
    (alive === true ? guarded('isPeerAliveAndPingDue') : undefined) ??
    (sending?.waiting === true ? guarded('isStillSending') : undefined) ??
    candidates[0]
  );
}
