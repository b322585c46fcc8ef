/**
 * The list of connections: one tab each, found by name and by state.
 */
import { element } from './format.js';

const STATES = [
  'idle',
  'connecting',
  'preparing',
  'open',
  'closing',
  'backoff',
  'reconnecting',
  'exhausted',
  'closed',
];
/** From here on a list needs to be searched. */
const MANY = 8;

/** Where a name is cut short, this much of its end stays: connections to one host differ there. */
const TAIL = 10;

/**
 * A list within the elements `list` (the tabs), `find` (the search), `filters`, `counted` and `noneFound`. `onSelect` is called
 * with the id of a tab that is clicked. Of more than `most` connections only the first that match have a tab.
 */
export function createList({ list, find, filters, counted, noneFound, controls, onSelect, most = 2000 }) {
  const connections = new Map();
  const tabs = new Map();
  const chosenStates = new Set();
  const nothing = noneFound.textContent;
  let selected;

  /** Takes what is new of some connections; with `anew`, of all of them. */
  function put(changed, gone = [], anew = false) {
    if (anew) {
      const known = new Set(changed.map(({ id }) => id));
      for (const id of [...connections.keys()]) if (!known.has(id)) drop(id);
    }
    for (const id of gone) drop(id);
    for (const each of changed) {
      connections.set(each.id, each);
      if (tabs.has(each.id) || tabs.size < most) putTab(each);
    }
    if (changed.length > 0 || gone.length > 0 || anew) summarize();
  }

  function drop(id) {
    connections.delete(id);
    tabs.get(id)?.remove();
    tabs.delete(id);
  }

  function putTab(connection) {
    const { id, name, state, attempt } = connection;
    let tab = tabs.get(id);
    if (tab === undefined) {
      tab = element('button', 'tab', '', {
        type: 'button',
        role: 'tab',
        'aria-controls': controls,
        tabindex: '-1',
      });
      const shownName = element('span', 'tab-name');
      shownName.append(element('span', 'tab-name-head'), element('span', 'tab-name-tail'));
      tab.append(
        element('span', 'dot', '', { 'aria-hidden': 'true' }),
        shownName,
        element('span', 'tab-state'),
      );
      tab.addEventListener('click', () => onSelect(id));
      tab.dataset.id = id;
      tab.setAttribute('aria-selected', 'false');
      tabs.set(id, tab);
      list.append(tab);
      if (id === selected) mark(id);
    }
    tab.dataset.state = state;
    const [head, tail] = tab.children[1].children;
    head.textContent = name.slice(0, -TAIL);
    tail.textContent = name.slice(-TAIL);
    tab.title = name;
    tab.children[2].textContent =
      state === 'backoff' || state === 'reconnecting' ? `${state} ${attempt}` : state;
    tab.hidden = !matches(connection);
  }

  /** Marks the tab of the connection that is shown. */
  function mark(id) {
    const before = tabs.get(selected);
    before?.setAttribute('aria-selected', 'false');
    before?.setAttribute('tabindex', '-1');
    selected = id;
    const tab = tabs.get(id);
    tab?.setAttribute('aria-selected', 'true');
    tab?.setAttribute('tabindex', '0');
    if (tab === undefined) return;
    // Within the list alone: the page stays where it is.
    const [outer, inner] = [list.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom)
      list.scrollTop += inner.top - outer.top - outer.height / 2;
  }

  function matches({ name, state }) {
    const text = find.value.trim().toLowerCase();
    return name.toLowerCase().includes(text) && (chosenStates.size === 0 || chosenStates.has(state));
  }

  function filter() {
    let found = 0;
    if (connections.size > most) found = putFirst();
    else {
      // Some had no tab while there were more.
      for (const [id, each] of connections) if (!tabs.has(id)) putTab(each);
      for (const [id, tab] of tabs) {
        tab.hidden = !matches(connections.get(id));
        if (!tab.hidden) found += 1;
      }
    }
    noneFound.hidden = (found > 0 && found <= most) || connections.size === 0;
    noneFound.textContent = found > most ? `${(found - most).toLocaleString('en')} more` : nothing;
  }

  /** Tabs for the first that match. @returns how many match */
  function putFirst() {
    let found = 0;
    tabs.clear();
    list.replaceChildren();
    for (const each of connections.values()) {
      if (!matches(each)) continue;
      found += 1;
      if (found <= most) putTab(each);
    }
    return found;
  }

  function summarize() {
    const { size } = connections;
    counted.textContent = String(size);
    const isLong = size > MANY;
    find.hidden = !isLong;
    filters.hidden = !isLong;
    if (!isLong && (find.value !== '' || chosenStates.size > 0)) {
      find.value = '';
      chosenStates.clear();
    }
    const counts = new Map(STATES.map((state) => [state, 0]));
    for (const { state } of connections.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    for (const state of STATES) {
      const button = filterButton(state);
      const number = counts.get(state) ?? 0;
      button.hidden = number === 0 && !chosenStates.has(state);
      button.children[1].textContent = `${number} ${state}`;
      button.setAttribute('aria-pressed', String(chosenStates.has(state)));
    }
    filter();
  }

  function filterButton(state) {
    const found = filters.querySelector(`[data-state="${state}"]`);
    if (found !== null) return found;
    const button = element('button', 'filter', '', {
      type: 'button',
      'data-state': state,
      'aria-pressed': 'false',
    });
    button.append(element('span', 'dot', '', { 'aria-hidden': 'true' }), element('span', 'num'));
    button.addEventListener('click', () => {
      if (!chosenStates.delete(state)) chosenStates.add(state);
      summarize();
    });
    filters.append(button);
    return button;
  }

  find.addEventListener('input', filter);

  // Tabs are reached with the arrow keys (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/).
  list.addEventListener('keydown', (event) => {
    const shown = [...tabs.values()].filter((tab) => !tab.hidden);
    const at = shown.indexOf(document.activeElement);
    const to = {
      ArrowDown: shown[at + 1],
      ArrowUp: shown[at - 1],
      Home: shown[0],
      End: shown.at(-1),
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    to.focus();
    onSelect(to.dataset.id);
  });

  return {
    put,
    mark,
    get: (id) => connections.get(id),
    first: () => connections.keys().next().value,
  };
}
