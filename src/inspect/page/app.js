/**
 * The live view's page: follows the stream of the server and keeps the parts up to date.
 *
 * Owns: the stream, which connection is shown, and the buttons. The parts are list.js, chart.js, timeline.js.
 */
import { light, loadChart } from './chart.js';
import { bytes, count, duration, elapsed, element } from './format.js';
import { connection, firstConnection, mark, putConnections, whenSelected } from './list.js';
import { addEntries, allEntries, clearTimeline, drawRibbon, unpick, whenPicked } from './timeline.js';

const byId = (id) => document.getElementById(id);
const [pause, save, zoom, link] = ['pause', 'save', 'zoom', 'link'].map(byId);

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
    putConnections(connections, [], true);
    refresh();
  });
  on('changed', ({ connections, gone, now: time }) => {
    ahead = time - Date.now();
    putConnections(connections, gone);
    refresh();
  });
  on('timeline', ({ id, entries }) => {
    if (id !== shown) return;
    clearTimeline();
    addEntries(entries);
    drawRibbon(now());
  });
  on('entries', ({ id, entries }) => {
    if (id === shown) addEntries(entries);
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
  if (id === shown && stream !== undefined && !paused) return mark(id);
  shown = id;
  counters = undefined;
  countersBefore = undefined;
  history.replaceState(null, '', `#${encodeURIComponent(id)}`);
  clearTimeline();
  mark(id);
  refresh();
  // While paused a look at another connection is a look at how it is now.
  if (paused) resume();
  else open();
}

function refresh() {
  // None chosen yet, or the chosen one was dropped.
  if (connection(shown) === undefined) {
    const first = firstConnection();
    if (first !== undefined && first !== shown) return select(first);
  }
  const summary = connection(shown);
  byId('empty').hidden = summary !== undefined;
  byId('details').hidden = summary === undefined;
  save.disabled = summary === undefined;
  if (summary === undefined) return;
  mark(shown);
  const { name, state, active, taken } = summary;
  byId('shown').setAttribute('aria-label', name);
  byId('name').textContent = name;
  const badge = byId('state');
  badge.dataset.state = state;
  const isAsking = active.includes('session.open.awaitingPong');
  badge.textContent = isAsking ? 'open · awaiting pong' : state;
  document.title = `${state} · ${name} · recker`;
  if (picked === undefined) light({ active, taken });
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
  const summary = connection(shown);
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
  drawRibbon(time);
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
    connection: connection(shown),
    counters,
    timeline: allEntries(),
  };
  const text = `${JSON.stringify(saved, null, 2)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const name = (connection(shown)?.name ?? 'connection').replace(/[^\w.-]+/g, '-');
  element('a', '', '', { href: address, download: `recker-${name}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});

zoom.addEventListener('click', () => {
  const whole = byId('chart').classList.toggle('whole');
  zoom.setAttribute('aria-pressed', String(whole));
});

whenPicked((entry) => {
  picked = entry;
  byId('chart').classList.toggle('past', entry !== undefined);
  const summary = connection(shown);
  if (entry !== undefined) light({ active: ancestors(entry.to), taken: entry.transitions });
  else if (summary !== undefined) light({ active: summary.active, taken: summary.taken });
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') unpick();
});

/** `a.b.c` as `a`, `a.b`, `a.b.c`. */
function ancestors(path) {
  const parts = path.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

whenSelected(select);
setInterval(tick, 200);
loadChart();
open();
