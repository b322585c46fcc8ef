/**
 * The chart's own drawing, and what of it is lit.
 *
 * The drawing's elements have the ids `state-<path>` and `transition-<id>`, and are lit by the class `lit`;
 * nothing else is known of it.
 */

/** The drawing, from the server of the live view. */
export async function loadDrawing() {
  const answer = await fetch('connection.svg');
  return new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement;
}

/**
 * A chart within `frame`; `note` gets in words what is lit. Of several charts in a page one can keep the ids, the others have
 * them as `data-part`.
 */
export function createChart(frame, note, keepsIds = false) {
  /** The elements of the drawing by id. Ids are text from elsewhere: a selector would have to be escaped. */
  let parts = new Map();
  let wanted = { active: [], taken: [] };
  let shown = '';
  let hot = [];
  let counts;

  /** Puts a copy of the drawing into the page, as elements of it: an image could not be lit. */
  function show(drawing) {
    const svg = document.importNode(drawing, true);
    parts = new Map([...svg.querySelectorAll('[id]')].map((part) => [part.id, part]));
    if (!keepsIds) {
      for (const [id, part] of parts) {
        part.dataset.part = id;
        part.removeAttribute('id');
      }
    }
    frame.replaceChildren(svg);
    svg.style.setProperty('--width', `${svg.viewBox.baseVal.width}px`);
    // What scrolls must be reachable by keyboard; not all browsers see to it themselves.
    frame.tabIndex = 0;
    light(wanted);
    heat(counts);
  }

  /** Lights states (all that are active, the outermost first) and the transitions that were taken last. */
  function light(next) {
    wanted = next;
    const key = JSON.stringify(next);
    if (parts.size === 0 || key === shown) return;
    shown = key;
    for (const lit of frame.querySelectorAll('.lit')) {
      lit.classList.remove('lit', 'here');
      lit.removeAttribute('aria-current');
    }
    for (const id of next.taken) parts.get(`transition-${id}`)?.classList.add('lit');
    for (const path of next.active) parts.get(`state-${path}`)?.classList.add('lit');
    const leaf = parts.get(`state-${next.active.at(-1)}`);
    leaf?.classList.add('here');
    leaf?.setAttribute('aria-current', 'true');
    const words = next.taken.map((id) => id.replaceAll(':', ' · '));
    note.textContent = [...words, next.active.at(-1) ?? ''].join('  →  ');
    if (leaf) bringIntoView(leaf);
  }

  /** The more often a transition was taken, the hotter it is. Without an argument none is. */
  function heat(next) {
    counts = next;
    frame.classList.toggle('heated', next !== undefined);
    for (const part of hot) part.classList.remove('hot');
    hot = [];
    if (next === undefined) return;
    let most = 1;
    for (const count of next.values()) most = Math.max(most, count);
    for (const [id, count] of next) {
      const part = parts.get(`transition-${id}`);
      if (part === undefined) continue;
      part.classList.add('hot');
      part.style.setProperty('--heat', (Math.log1p(count) / Math.log1p(most)).toFixed(3));
      hot.push(part);
    }
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
    const beyond = (from, to, low, high) =>
      from < low || to > high ? (from + to) / 2 - (low + high) / 2 : 0;
    const left = beyond(inner.left, inner.right, outer.left, outer.right);
    const top = beyond(inner.top, inner.bottom, outer.top, outer.bottom);
    if (left !== 0 || top !== 0) frame.scrollBy({ left, top, behavior: still ? 'auto' : 'smooth' });
  }

  return { show, light, heat };
}

/** `a.b.c` as `a`, `a.b`, `a.b.c`. */
export function ancestors(path) {
  const parts = path.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}
