/**
 * The timeline of one connection: its rows, the newest first, and the ribbon of states over time.
 */
import { clockTime, duration, element } from './format.js';

const list = document.getElementById('timeline');
const counted = document.getElementById('timeline-count');
const ribbon = document.getElementById('ribbon');

/** The ribbon shows at most this much, in ms. */
const WINDOW = 10 * 60_000;
/** More rows than the server keeps would only be a page's own mistake. */
const MAX_ROWS = 500;

const entries = new Map();
const rows = new Map();
let onPick = () => {};
let picked;

/** `pick(entry)` is called when a row is chosen, `pick(undefined)` when none is any more. */
export function whenPicked(pick) {
  onPick = pick;
}

export function allEntries() {
  return [...entries.values()].sort((one, other) => one.n - other.n);
}

export function clearTimeline() {
  entries.clear();
  rows.clear();
  list.replaceChildren();
  choose(undefined);
  countRows();
}

/** Adds rows, or replaces those with the same number. */
export function addEntries(added) {
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

/** Back to what is now. */
export function unpick() {
  choose(undefined);
}

function choose(n) {
  if (picked !== undefined) rows.get(picked)?.querySelector('button').setAttribute('aria-pressed', 'false');
  const before = picked;
  picked = n === picked ? undefined : n;
  if (picked !== undefined) rows.get(picked)?.querySelector('button').setAttribute('aria-pressed', 'true');
  if (before !== picked) onPick(picked === undefined ? undefined : entries.get(picked));
}

function rowOf(entry) {
  const row = element('li', 'row', '', { 'data-n': entry.n, 'data-state': entry.state });
  const time = element('button', 'row-time mono', clockTime(entry.at), {
    type: 'button',
    'aria-pressed': String(entry.n === picked),
    title: 'Show this step in the chart',
  });
  time.addEventListener('click', () => choose(entry.n));
  const when = element('div', 'row-when');
  when.append(time);
  if (entry.lasted !== undefined && !entry.heartbeats) {
    const lasted = element('p', 'row-lasted soft num', `+${duration(entry.lasted)}`);
    lasted.title = 'Since the state before was entered';
    when.append(lasted);
  }
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
  row.append(when, body);
  return row;
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

/** Redraws the ribbon up to `now`. */
export function drawRibbon(now) {
  const steps = allEntries();
  const first = steps[0];
  if (first === undefined) {
    ribbon.replaceChildren();
    return;
  }
  const start = Math.max(first.at, now - WINDOW);
  const span = Math.max(1, now - start);
  const segments = [];
  for (const [index, step] of steps.entries()) {
    const end = steps[index + 1]?.at ?? now;
    const last = segments.at(-1);
    if (last?.state === step.state) last.end = end;
    else segments.push({ state: step.state, begin: step.at, end });
  }
  const shown = segments.filter(({ end }) => end >= start);
  while (ribbon.childElementCount > shown.length) ribbon.lastElementChild.remove();
  while (ribbon.childElementCount < shown.length) ribbon.append(element('span', 'segment'));
  for (const [index, { state, begin, end }] of shown.entries()) {
    const part = ribbon.children[index];
    const length = end - Math.max(begin, start);
    part.dataset.state = state;
    part.style.flexGrow = String(Math.max(length / span, 0.002));
    part.title = `${state}, ${duration(end - begin)}, from ${clockTime(begin)}`;
  }
  const states = shown.slice(-6).map(({ state, begin, end }) => `${state} ${duration(end - begin)}`);
  ribbon.setAttribute('aria-label', `States over the last ${duration(span)}: ${states.join(', ')}`);
}
