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

/**
 * Puts the drawing into the page. The page allows no inline style, so the drawing's own goes in by script: its
 * sheet as a constructed one, its style attributes as properties.
 */
export async function loadChart() {
  const answer = await fetch('connection.svg');
  const parsed = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  for (const style of parsed.querySelectorAll('style')) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style.textContent);
    document.adoptedStyleSheets.push(sheet);
    style.remove();
  }
  const styles = [];
  for (const styled of parsed.querySelectorAll('[style]')) {
    styles.push([styled.id, styled.getAttribute('style')]);
    styled.removeAttribute('style');
  }
  const svg = document.importNode(parsed.documentElement, true);
  frame.replaceChildren(svg);
  for (const [id, declarations] of styles) {
    for (const declaration of declarations.split(';').filter((each) => each.includes(':'))) {
      const [name, value] = declaration.split(':');
      document.getElementById(id)?.style.setProperty(name.trim(), value.trim());
    }
  }
  // What scrolls must be reachable by keyboard; not all browsers see to it themselves.
  frame.tabIndex = 0;
  const { width } = svg.viewBox.baseVal;
  svg.style.setProperty('--width', `${width}px`);
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
  note.textContent = next.active.length === 0 ? '' : [next.active.at(-1), ...words].join('  ←  ');
  if (leaf) bringIntoView(leaf);
}

/** Scrolls the drawing, never the page. */
function bringIntoView(element) {
  const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const beyond = (from, to, low, high) => (from < low || to > high ? (from + to) / 2 - (low + high) / 2 : 0);
  const left = beyond(inner.left, inner.right, outer.left, outer.right);
  const top = beyond(inner.top, inner.bottom, outer.top, outer.bottom);
  if (left !== 0 || top !== 0) frame.scrollBy({ left, top, behavior: still ? 'auto' : 'smooth' });
}
