/**
 * One client of a recording, at one moment: its state, chart, ribbon and timeline.
 */
import { ancestors, createChart } from './chart.js';
import { count, duration, elapsed, element, offset } from './format.js';
import { entryOf, stateOf, statesOf, stepsUntil, written } from './recordingModel.js';
import { drawRibbon } from './ribbon.js';
import { createTimeline } from './timeline.js';

/** Rows around the present step: a client may have a hundred thousand steps. */
const ROWS = 100;
/** When the present step is this near to the end of the rows, others are shown. */
const MARGIN = 20;
/** Rows of the heat map. */
const MOST_COUNTED = 100;

/** A panel made of the template. `seek(at)` moves all panels to a moment of this one's recording. */
export function createPanel(template, drawing, seek) {
  const root = document.importNode(template.content, true).firstElementChild;
  const find = (name) => root.querySelector(`.${name}`);
  const chart = createChart(find('chart'), find('panel-note'));
  const timeline = createTimeline({
    list: find('timeline'),
    counted: element('p'),
    time: ({ at }) => offset(at - client.recording.begin),
    title: 'Go to this step',
    onClick({ at, n }) {
      seek(at - client.recording.begin);
      // Of steps at one moment it is this one.
      showStep(n, entryOf(client, n - 1));
    },
  });
  let client;
  /** Of the steps: the first that has a row, and the one after the last. */
  let rows = [0, 0];
  /** How many of the client's steps are in the past. */
  let done = -1;
  /** The row of the present step. */
  let marked;

  chart.show(drawing);
  // The space for the rows changes with what else the page shows.
  new ResizeObserver(keepInView).observe(find('timeline'));
  const zoom = find('panel-zoom');
  zoom.addEventListener('click', () => {
    zoom.setAttribute('aria-pressed', String(find('chart').classList.toggle('whole')));
  });
  find('panel-strip').addEventListener('click', ({ clientX }) => {
    const { left, width } = find('panel-strip').getBoundingClientRect();
    const { begin, end } = client.recording;
    seek(Math.round(((clientX - left) / width) * (end - begin)));
  });

  function show(next) {
    client = next;
    done = -1;
    rows = [0, 0];
    const { recording, name, url, dropped, steps } = client;
    root.setAttribute('aria-label', name);
    root.dataset.client = client.id;
    find('panel-name').textContent = name;
    find('panel-url').textContent = recording.name === '' ? url : `${url} · ${recording.name}`;
    const older = dropped > 0 ? `, ${count(dropped)} before them forgotten` : '';
    find('panel-count').textContent =
      `${count(steps.length)} ${steps.length === 1 ? 'step' : 'steps'}${older}`;
    const { begin, end } = recording;
    drawRibbon(
      find('ribbon'),
      [{ at: begin, state: stateOf(steps[0].from) }, ...statesOf(client)],
      begin,
      end,
      (at) => offset(at - begin),
    );
  }

  /** Shows the moment `position`, in ms since the recording's beginning. */
  function moveTo(position) {
    const { recording, steps } = client;
    const at = recording.begin + position;
    const length = Math.max(1, recording.end - recording.begin);
    find('panel-head-mark').style.left = `${Math.min(100, (position / length) * 100)}%`;
    const next = stepsUntil(client, at);
    const entry = next === 0 ? undefined : entryOf(client, next - 1);
    if (next !== done) showStep(next, entry);
    const since = entry?.since ?? recording.begin;
    find('panel-since').textContent = `for ${elapsed(Math.max(0, at - since))}`;
    find('panel-facts').textContent = factsOf(steps, next, entry, at);
  }

  function showStep(next, entry) {
    done = next;
    const path = entry?.to ?? client.steps[0].from;
    const state = stateOf(path);
    const badge = find('panel-state');
    badge.dataset.state = state;
    badge.textContent = path.startsWith('session.open.awaitingPong') ? 'open · awaiting pong' : state;
    chart.light({ active: ancestors(path), taken: entry?.transitions ?? [] });
    showRows(next);
    marked = timeline.select(next);
    keepInView();
  }

  function showRows(next) {
    const { length } = client.steps;
    const [first, last] = rows;
    const isNear =
      (first === 0 || next - first > MARGIN) && (last === length || last - next > MARGIN) && last > 0;
    if (isNear) return;
    const begin = Math.max(0, Math.min(next - ROWS / 2, length - ROWS));
    rows = [begin, Math.min(length, begin + ROWS)];
    timeline.clear();
    timeline.add(Array.from({ length: rows[1] - begin }, (_, index) => entryOf(client, begin + index)));
  }

  /** Within the list alone: the page stays where it is. */
  function keepInView() {
    if (marked === undefined) return;
    const list = find('timeline');
    const [outer, inner] = [list.getBoundingClientRect(), marked.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom)
      list.scrollTop += inner.top - outer.top - outer.height / 2;
  }

  /** Shows how often transitions were taken, in the place of the timeline; without counts the timeline. */
  function heat(counts) {
    chart.heat(counts);
    find('panel-steps').hidden = counts !== undefined;
    find('panel-heat').hidden = counts === undefined;
    if (counts === undefined) return;
    find('panel-taken').textContent = `${counts.size} of ${written.length}`;
    const most = Math.max(1, ...counts.values());
    const sorted = [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_COUNTED);
    find('panel-counts').replaceChildren(
      ...sorted.map(([id, number]) => {
        const row = element('li', 'count-row');
        const bar = element('span', 'count-bar', '', { 'aria-hidden': 'true' });
        bar.style.width = `${(number / most) * 100}%`;
        row.append(
          bar,
          element('span', 'num', count(number)),
          element('span', 'mono', id.replaceAll(':', ' · ')),
        );
        return row;
      }),
    );
  }

  return { root, show, moveTo, heat, shown: () => client };
}

/** What is known at this moment, in words. */
function factsOf(steps, done, entry, at) {
  const facts = [];
  const state = entry?.state;
  const last = steps[done - 1];
  if (state === 'backoff' && entry.delay !== undefined) {
    const left = Math.max(0, entry.at + entry.delay - at);
    facts.push(`attempt ${entry.attempt ?? '–'} in ${elapsed(left)}`);
  } else if (state === 'reconnecting' && entry.attempt !== undefined) facts.push(`attempt ${entry.attempt}`);
  if (entry?.end !== undefined) facts.push(`closed with ${entry.end.code}`);
  if (last?.messagesIn !== undefined)
    facts.push(`${count(last.messagesIn)} messages in, ${count(last.messagesOut)} out`);
  if (last?.retryAfter) facts.push(`the server asked for ${duration(last.retryAfter)}`);
  return facts.join(' · ');
}
