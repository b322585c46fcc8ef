/**
 * The live view's page: follows the stream of the server and keeps the parts up to date.
 *
 * Owns: the stream, which connection is shown, and the buttons. The parts are list.js, chart.js, timeline.js; a recording that
 * is dropped onto the page is shown by recording.js.
 */
import { ancestors, createChart, loadDrawing } from './chart.js';
import { acceptFiles } from './drop.js';
import { bytes, clockTime, count, duration, elapsed, element } from './format.js';
import { createList } from './list.js';
import { drawRibbon } from './ribbon.js';
import { createTimeline } from './timeline.js';

const byId = (id) => document.getElementById(id);
const [pause, save, zoom, link] = ['pause', 'save', 'zoom', 'link'].map(byId);

const chart = createChart(byId('chart'), byId('chart-note'), true);
const list = createList({
  list: byId('list'),
  find: byId('find'),
  filters: byId('filters'),
  counted: byId('count'),
  noneFound: byId('none-found'),
  controls: 'shown',
  onSelect: select,
});
const timeline = createTimeline({
  list: byId('timeline'),
  counted: byId('timeline-count'),
  time: ({ at }) => clockTime(at),
  title: 'Show this step in the chart',
  onClick: (entry) => pick(entry.n === picked?.n ? undefined : entry),
});
const drawing = loadDrawing();

/** The ribbon shows at most this much, in ms. */
const RIBBON = 10 * 60_000;

let stream;
let shown = location.hash === '' ? undefined : decodeURIComponent(location.hash.slice(1));
let paused = false;
let counters;
let countersBefore;
/** What the server's clock says more than ours. */
let ahead = 0;
/** The step of the timeline that the chart shows in the place of what is now. */
let picked;

const now = () => Date.now() + ahead;

// The stream.

function open() {
  stream?.close();
  stream = new EventSource(shown === undefined ? 'events' : `events?connection=${encodeURIComponent(shown)}`);
  const on = (name, take) => stream.addEventListener(name, ({ data }) => take(JSON.parse(data)));
  stream.onopen = () => showLink('live', 'live');
  stream.onerror = () => showLink('gone', 'no answer: the process has ended, or closed the view');
  on('all', ({ connections, now: time }) => {
    ahead = time - Date.now();
    list.put(connections, [], true);
    refresh();
  });
  on('changed', ({ connections, gone, now: time }) => {
    ahead = time - Date.now();
    list.put(connections, gone);
    refresh();
  });
  on('timeline', ({ id, entries }) => {
    if (id !== shown) return;
    timeline.clear();
    timeline.add(entries);
    if (picked !== undefined) pick(entries.find(({ n }) => n === picked.n));
    drawStates(now());
  });
  on('entries', ({ id, entries }) => {
    if (id === shown) timeline.add(entries);
  });
  on('counters', (received) => {
    if (received.id !== shown) return;
    countersBefore = counters;
    counters = received;
    showCounters();
  });
}

function showLink(kind, text) {
  link.dataset.kind = kind;
  link.textContent = text;
}

// The connection that is shown.

function select(id) {
  if (id === shown && stream !== undefined && !paused) return list.mark(id);
  shown = id;
  counters = undefined;
  countersBefore = undefined;
  history.replaceState(null, '', `#${encodeURIComponent(id)}`);
  timeline.clear();
  pick(undefined);
  list.mark(id);
  refresh();
  // While paused a look at another connection is a look at how it is now.
  if (paused) resume();
  else open();
}

function refresh() {
  // None chosen yet, or the chosen one was dropped.
  if (list.get(shown) === undefined) {
    const first = list.first();
    if (first !== undefined && first !== shown) return select(first);
  }
  const summary = list.get(shown);
  byId('empty').hidden = summary !== undefined;
  byId('details').hidden = summary === undefined;
  save.disabled = summary === undefined;
  if (summary === undefined) return;
  list.mark(shown);
  const { name, state, active, taken } = summary;
  byId('shown').setAttribute('aria-label', name);
  byId('name').textContent = name;
  const badge = byId('state');
  badge.dataset.state = state;
  const isAsking = active.includes('session.open.awaitingPong');
  badge.textContent = isAsking ? 'open · awaiting pong' : state;
  document.title = `${state} · ${name} · recker`;
  if (picked === undefined) chart.light({ active, taken });
  tick();
}

function showCounters() {
  const { stats, url } = counters;
  byId('url').textContent = url;
  const perSecond = (name) => {
    const before = countersBefore?.stats[name];
    const time = counters.now - (countersBefore?.now ?? counters.now);
    if (before === undefined || time < 100) return '';
    const rate = ((stats[name] - before) * 1000) / time;
    return rate === 0
      ? ''
      : name.startsWith('bytes')
        ? `${bytes(Math.round(rate))}/s`
        : `${count(Math.round(rate))}/s`;
  };
  const reconnects = Math.max(0, stats.opens - 1);
  const tiles = [
    ['Messages in', count(stats.messagesIn), stats.paused ? 'reading paused' : perSecond('messagesIn')],
    ['Messages out', count(stats.messagesOut), perSecond('messagesOut')],
    ['Bytes in', bytes(stats.bytesIn), perSecond('bytesIn')],
    ['Bytes out', bytes(stats.bytesOut), perSecond('bytesOut')],
    ['Queue', count(stats.queuedMessages), bytes(stats.queuedBytes)],
    [
      'Round trip',
      duration(stats.rtt),
      stats.lastReceivedAt === undefined
        ? ''
        : `received ${duration(Math.max(0, counters.now - stats.lastReceivedAt))} ago`,
    ],
    ['Reconnects', count(reconnects), ''],
    ['Dials', count(stats.dials), `${count(stats.opens)} opened`],
  ];
  const list = byId('counters');
  while (list.childElementCount < tiles.length) {
    const tile = element('div', 'tile');
    tile.append(element('dt'), element('dd', 'num'), element('dd', 'more soft num'));
    list.append(tile);
  }
  for (const [index, texts] of tiles.entries()) {
    for (const [part, text] of texts.entries()) {
      const target = list.children[index].children[part];
      if (target.textContent !== text) target.textContent = text;
    }
  }
}

/** What changes by time alone. */
function tick() {
  const summary = list.get(shown);
  if (summary === undefined || link.dataset.kind !== 'live') return;
  const time = now();
  byId('since').textContent = `for ${elapsed(time - summary.since)}`;
  const countdown = byId('countdown');
  countdown.hidden = summary.dialAt === undefined;
  if (summary.dialAt !== undefined) {
    const whole = Math.max(1, summary.dialAt - summary.since);
    const left = Math.max(0, summary.dialAt - time);
    byId('countdown-text').textContent = `attempt ${summary.attempt} in ${elapsed(left)}`;
    byId('countdown-bar').style.width = `${Math.min(100, 100 - (left / whole) * 100)}%`;
  }
  drawStates(time);
}

// The buttons.

function resume() {
  paused = false;
  pause.textContent = 'Pause';
  pause.setAttribute('aria-pressed', 'false');
  open();
}

pause.addEventListener('click', () => {
  if (paused) return resume();
  paused = true;
  stream?.close();
  pause.textContent = 'Resume';
  pause.setAttribute('aria-pressed', 'true');
  showLink('paused', 'paused');
});

save.addEventListener('click', () => {
  const saved = {
    savedAt: new Date(now()).toISOString(),
    connection: list.get(shown),
    counters,
    timeline: timeline.all(),
  };
  const text = `${JSON.stringify(saved, null, 2)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const name = (list.get(shown)?.name ?? 'connection').replace(/[^\w.-]+/g, '-');
  element('a', '', '', { href: address, download: `recker-${name}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});

zoom.addEventListener('click', () => {
  const whole = byId('chart').classList.toggle('whole');
  zoom.setAttribute('aria-pressed', String(whole));
});

/** Shows a step of the past in the chart; `undefined`: what is now. */
function pick(entry) {
  picked = entry;
  timeline.select(entry?.n);
  byId('chart').classList.toggle('past', entry !== undefined);
  const summary = list.get(shown);
  if (entry !== undefined) chart.light({ active: ancestors(entry.to), taken: entry.transitions });
  else if (summary !== undefined) chart.light({ active: summary.active, taken: summary.taken });
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') pick(undefined);
});

function drawStates(time) {
  const steps = timeline.all();
  if (steps.length === 0) byId('ribbon').replaceChildren();
  else drawRibbon(byId('ribbon'), steps, Math.max(steps[0].at, time - RIBBON), time, clockTime);
}

// Recordings.

let player;

async function showRecordings(files) {
  if (player === undefined) {
    const { createPlayer } = await import('./recording.js');
    player = createPlayer(byId('recorded'), await drawing);
  }
  player.open(files);
  showPlayer(true);
}

/** Shows the recordings in the place of what is live, or what is live again. */
function showPlayer(isShown) {
  player.stop();
  byId('recorded').hidden = !isShown;
  byId('live').hidden = isShown;
  byId('back').hidden = !isShown;
  for (const button of [pause, save]) button.hidden = isShown;
}

byId('back').addEventListener('click', () => showPlayer(false));

setInterval(tick, 200);
drawing.then(chart.show);
acceptFiles(showRecordings);
open();
