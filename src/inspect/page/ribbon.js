/**
 * The ribbon: the states of one connection over time.
 */
import { duration, element } from './format.js';

/** More would be narrower than a pixel. */
const MOST = 400;

/**
 * Draws the states from `start` to `end`. `time` makes words of a moment.
 *
 * @param steps with `at` and `state`, the oldest first
 */
export function drawRibbon(ribbon, steps, start, end, time) {
  const span = Math.max(1, end - start);
  const shown = coarse(segmentsOf(steps, start, end), start, span);
  while (ribbon.childElementCount > shown.length) ribbon.lastElementChild.remove();
  while (ribbon.childElementCount < shown.length) ribbon.append(element('span', 'segment'));
  for (const [index, segment] of shown.entries()) {
    const part = ribbon.children[index];
    const length = segment.end - Math.max(segment.begin, start);
    part.dataset.state = segment.state;
    part.style.flexGrow = String(Math.max(length / span, 0.002));
    part.title = `${segment.state}, ${duration(segment.end - segment.begin)}, from ${time(segment.begin)}`;
  }
  const states = shown.slice(-6).map(({ state, begin, end: until }) => `${state} ${duration(until - begin)}`);
  ribbon.setAttribute('aria-label', `States over the last ${duration(span)}: ${states.join(', ')}`);
}

function segmentsOf(steps, start, end) {
  const segments = [];
  for (const [index, step] of steps.entries()) {
    const until = steps[index + 1]?.at ?? end;
    const last = segments.at(-1);
    if (last?.state === step.state) last.end = until;
    else segments.push({ state: step.state, begin: step.at, end: until });
  }
  return segments.filter((segment) => segment.end >= start);
}

/** Of each slice of time the state that lasted longest in it. */
function coarse(segments, start, span) {
  if (segments.length <= MOST) return segments;
  const width = span / MOST;
  const slices = [];
  let at = 0;
  for (let slice = 0; slice < MOST; slice += 1) {
    const [begin, end] = [start + slice * width, start + (slice + 1) * width];
    const lasted = new Map();
    for (; at < segments.length; at += 1) {
      const { state, begin: from, end: until } = segments[at];
      lasted.set(state, (lasted.get(state) ?? 0) + Math.min(until, end) - Math.max(from, begin));
      if (until > end) break;
    }
    const [state] = [...lasted].sort(([, one], [, other]) => other - one)[0] ?? [slices.at(-1)?.state];
    if (slices.at(-1)?.state === state) slices.at(-1).end = end;
    else slices.push({ state, begin, end });
  }
  return slices;
}
