/**
 * The timeline of one connection: its rows, the newest first.
 */
import { duration, element } from './format.js';

/** More rows than the server keeps would only be a page's own mistake. */
const MAX_ROWS = 500;

/**
 * A timeline within `list`. `counted` gets the number of steps, `time` makes words of an entry's moment, and `onClick` is
 * called with the entry of a row that is clicked.
 */
export function createTimeline({ list, counted, time, title, onClick }) {
  const entries = new Map();
  const rows = new Map();
  let selected;

  function all() {
    return [...entries.values()].sort((one, other) => one.n - other.n);
  }

  function clear() {
    entries.clear();
    rows.clear();
    list.replaceChildren();
    selected = undefined;
    countRows();
  }

  /** Adds rows, or replaces those with the same number. */
  function add(added) {
    for (const entry of added) {
      entries.set(entry.n, entry);
      const row = rowOf(entry);
      const old = rows.get(entry.n);
      rows.set(entry.n, row);
      if (old === undefined) {
        list.prepend(row);
        continue;
      }
      const hadFocus = old.contains(document.activeElement);
      old.replaceWith(row);
      if (hadFocus) row.querySelector('button').focus();
    }
    while (list.childElementCount > MAX_ROWS) {
      const n = Number(list.lastElementChild.dataset.n);
      list.lastElementChild.remove();
      rows.delete(n);
      entries.delete(n);
    }
    countRows();
  }

  function countRows() {
    const { size } = entries;
    counted.textContent = size === 0 ? '' : `${size} ${size === 1 ? 'step' : 'steps'}`;
  }

  /** Marks the row with this number, and no other. @returns the row */
  function select(n) {
    rows.get(selected)?.querySelector('button').setAttribute('aria-pressed', 'false');
    selected = n;
    const row = rows.get(n);
    row?.querySelector('button').setAttribute('aria-pressed', 'true');
    return row;
  }

  function rowOf(entry) {
    const row = element('li', 'row', '', { 'data-n': entry.n, 'data-state': entry.state });
    const button = element('button', 'row-time mono', time(entry), {
      type: 'button',
      'aria-pressed': String(entry.n === selected),
      title,
    });
    button.addEventListener('click', () => onClick(entry));
    const when = element('div', 'row-when');
    when.append(button);
    if (entry.lasted !== undefined && !entry.heartbeats) {
      const lasted = element('p', 'row-lasted soft num', `+${duration(entry.lasted)}`);
      lasted.title = 'Since the state before was entered';
      when.append(lasted);
    }
    row.append(when, bodyOf(entry));
    return row;
  }

  return { all, clear, add, select };
}

function bodyOf(entry) {
  const body = element('div', 'row-body');
  const head = element('p', 'row-head');
  head.append(element('span', 'dot', '', { 'aria-hidden': 'true' }), element('strong', '', titleOf(entry)));
  head.append(element('span', 'row-trigger mono', entry.heartbeats ? '' : triggerOf(entry)));
  body.append(head);
  const facts = factsOf(entry);
  if (facts.length > 0) {
    const line = element('p', 'row-facts');
    for (const [name, value, kind] of facts) {
      const fact = element('span', `fact ${kind ?? ''}`);
      if (name !== '') fact.append(element('span', 'soft', `${name} `));
      fact.append(element('span', 'num', value));
      line.append(fact);
    }
    body.append(line);
  }
  return body;
}

function titleOf({ heartbeats, to, state }) {
  if (heartbeats) return 'heartbeat';
  const leaf = to.split('.').at(-1);
  if (leaf === 'alive' || leaf === state || leaf === 'ended') return state;
  return `${state} · ${leaf}`;
}

function triggerOf({ trigger }) {
  return trigger === 'xstate.init' ? 'made' : trigger;
}

/** What else there is to know of a step: name, value, and how much it matters. */
function factsOf({ heartbeats, attempt, delay, end }) {
  const facts = [];
  if (heartbeats) {
    const { count, last, least, most } = heartbeats;
    facts.push([
      '',
      count === 0 ? 'Ping sent, waiting' : `${count} ${count === 1 ? 'round trip' : 'round trips'}`,
    ]);
    if (last !== undefined) facts.push(['last', duration(last)]);
    if (least !== most) facts.push(['range', `${duration(least)} – ${duration(most)}`]);
  }
  if (attempt !== undefined) facts.push(['attempt', String(attempt)]);
  if (delay !== undefined) facts.push(['dial in', duration(delay)]);
  if (end !== undefined) {
    facts.push(['closed with', `${end.code}${end.wasClean ? ', clean' : ''}`]);
    if (end.sentCode !== undefined) facts.push(['sent', String(end.sentCode)]);
    if (end.reason !== '') facts.push(['reason', end.reason]);
    if (end.error) facts.push([end.error.name, end.error.message, 'bad']);
  }
  return facts;
}
