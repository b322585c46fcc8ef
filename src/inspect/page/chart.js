/**
 * The chart's own drawing, and what of it is lit.
 *
 * The drawing's elements have the ids `state-<path>` and `transition-<id>`, and are lit by the class `lit`;
 * nothing else is known of it.
 */
const frame = document.getElementById('chart');
const note = document.getElementById('chart-note');

let ready = false;
let wanted = { active: [], taken: [] };
let shown = '';

/** Puts the drawing into the page, as elements of it: an image could not be lit. */
export async function loadChart() {
  const answer = await fetch('connection.svg');
  const parsed = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  const svg = document.importNode(parsed.documentElement, true);
  frame.replaceChildren(svg);
  svg.style.setProperty('--width', `${svg.viewBox.baseVal.width}px`);
  // What scrolls must be reachable by keyboard; not all browsers see to it themselves.
  frame.tabIndex = 0;
  ready = true;
  light(wanted);
}

/** Lights states (all that are active, the outermost first) and the transitions that were taken last. */
export function light(next) {
  wanted = next;
  const key = JSON.stringify(next);
  if (!ready || key === shown) return;
  shown = key;
  for (const lit of frame.querySelectorAll('.lit')) {
    lit.classList.remove('lit', 'here');
    lit.removeAttribute('aria-current');
  }
  for (const id of next.taken) document.getElementById(`transition-${id}`)?.classList.add('lit');
  for (const path of next.active) document.getElementById(`state-${path}`)?.classList.add('lit');
  const leaf = document.getElementById(`state-${next.active.at(-1)}`);
  leaf?.classList.add('here');
  leaf?.setAttribute('aria-current', 'true');
  const words = next.taken.map((id) => id.replaceAll(':', ' · '));
  note.textContent = [...words, next.active.at(-1) ?? ''].join('  →  ');
  if (leaf) bringIntoView(leaf);
}

// The space for the drawing changes with what else the page shows: the active state stays in it.
new ResizeObserver(() => {
  const leaf = frame.querySelector('.here');
  if (leaf) bringIntoView(leaf);
}).observe(frame);

/** Scrolls the drawing, never the page. */
function bringIntoView(element) {
  const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const beyond = (from, to, low, high) => (from < low || to > high ? (from + to) / 2 - (low + high) / 2 : 0);
  const left = beyond(inner.left, inner.right, outer.left, outer.right);
  const top = beyond(inner.top, inner.bottom, outer.top, outer.bottom);
  if (left !== 0 || top !== 0) frame.scrollBy({ left, top, behavior: still ? 'auto' : 'smooth' });
}
