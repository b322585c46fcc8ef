/**
 * The player of recordings: a moment in time, one client or two side by side, and the heat map.
 *
 * Owns the time and which clients are shown. The parts are list.js and panel.js.
 */
import { readFiles } from './drop.js';
import { offset } from './format.js';
import { createList } from './list.js';
import { createPanel } from './panel.js';
import markup from './recording.html';
import { countTransitions, openRecording, stateOf, stepsUntil } from './recordingModel.js';

/** Tabs in the list; the others are found by searching. */
const MOST_TABS = 300;

/**
 * Makes a player within `root`.
 *
 * @param drawing the chart's drawing
 * @returns `open(files)` takes `{ name, text }` of each, or its `error`
 */
export function createPlayer(root, drawing) {
  // The markup is this module's own.
  root.innerHTML = markup;
  root.classList.add('player');
  const find = (name) => root.querySelector(`.${name}`);
  const [play, slider, message] = ['player-play', 'player-slider', 'player-message'].map(find);
  const recordings = [];
  const clients = new Map();
  const panels = [];
  /** The panel that a click in the list fills. */
  let active = 0;
  /** ms since the beginning of the recordings. */
  let position = 0;
  let length = 0;
  let speed = 1;
  let playing;

  const list = createList({
    list: find('player-list'),
    find: find('player-find'),
    filters: find('player-filters'),
    counted: find('player-count'),
    noneFound: find('player-none'),
    controls: 'player-panels',
    most: MOST_TABS,
    onSelect: (id) => showIn(active, clients.get(id)),
  });

  // Recordings and clients.

  function open(files) {
    const problems = [];
    const before = recordings.length;
    for (const file of files) {
      try {
        if (file.error !== undefined) throw new Error(file.error);
        const recording = openRecording(file, String(recordings.length + 1));
        recordings.push(recording);
        if (recording.clients.size === 0) problems.push(`${file.name}: no step was recorded`);
        if (recording.truncated) problems.push(`${file.name}: its last line is cut`);
        if (recording.dropped > 0) problems.push(`${file.name}: ${recording.dropped} clients were forgotten`);
        if (recording.isOtherChart)
          problems.push(
            `${file.name}: recorded with another version of the chart, so some steps may not be lit`,
          );
      } catch (error) {
        problems.push(`${file.name}: ${error.message}`);
      }
    }
    message.textContent = problems.join('. ');
    message.hidden = problems.length === 0;
    const added = recordings.slice(before).filter((recording) => recording.clients.size > 0);
    if (added.length > 0) addClients(added, before === 0);
  }

  function addClients(added, isFirst) {
    for (const recording of added) {
      for (const client of recording.clients.values()) clients.set(client.id, client);
      length = Math.max(length, recording.end - recording.begin);
    }
    const isOne = recordings.length < 2;
    list.put(
      [...clients.values()].map(({ id, name, steps, recording }) => ({
        id,
        name: isOne ? name : `${name} [${recording.id}]`,
        state: stateOf(steps.at(-1).to),
        attempt: steps.findLast(({ attempt }) => attempt !== undefined)?.attempt ?? 0,
      })),
    );
    slider.max = String(length);
    const firsts = added.map((recording) => recording.clients.values().next().value);
    if (isFirst) showIn(0, firsts[0]);
    const other = isFirst ? firsts[1] : firsts[0];
    if (other !== undefined) showIn(1, other);
    seek(isFirst ? 0 : position);
  }

  function showIn(index, client) {
    if (client === undefined) return;
    if (panels[index] === undefined) {
      const panel = createPanel(root.querySelector('template'), drawing, seek);
      panels.push(panel);
      find('panels').append(panel.root);
      for (const type of ['pointerdown', 'focusin'])
        panel.root.addEventListener(type, () => activate(panels.indexOf(panel)));
    }
    panels[index].show(client);
    activate(index);
    find('panels').classList.toggle('two', panels.length === 2);
    find('player-compare').setAttribute('aria-pressed', String(panels.length === 2));
    refresh();
    showHeat();
  }

  function activate(index) {
    if (index < 0) return;
    active = index;
    for (const [at, panel] of panels.entries())
      panel.root.classList.toggle('active', at === index && panels.length > 1);
    list.mark(panels[index].shown().id);
  }

  find('player-compare').addEventListener('click', () => {
    if (panels.length === 2) {
      panels.pop().root.remove();
      find('panels').classList.remove('two');
      find('player-compare').setAttribute('aria-pressed', 'false');
      activate(0);
      return;
    }
    const shown = panels[0]?.shown();
    showIn(1, [...clients.values()].find((client) => client !== shown) ?? shown);
  });

  const input = find('player-open').querySelector('input');
  find('player-open')
    .querySelector('button')
    .addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    open(await readFiles(input.files));
    input.value = '';
  });

  // Time.

  function seek(to) {
    position = Math.max(0, Math.min(length, to));
    slider.value = String(Math.round(position));
    refresh();
  }

  function refresh() {
    for (const panel of panels) panel.moveTo(position);
    const text = `${offset(position)} / ${offset(length)}`;
    find('player-time').textContent = text;
    slider.setAttribute('aria-valuetext', text);
  }

  /** To the nearest step of a client that is shown, forward or back. */
  function step(forward) {
    const moments = panels.flatMap((panel) => {
      const client = panel.shown();
      const { begin } = client.recording;
      const at = begin + Math.round(position);
      const index = forward ? stepsUntil(client, at) : stepsUntil(client, at, true) - 1;
      const moment = client.times[index];
      return moment === undefined ? [] : [moment - begin];
    });
    if (moments.length > 0) seek(forward ? Math.min(...moments) : Math.max(...moments));
    else seek(forward ? length : 0);
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = undefined;
    play.textContent = 'Play';
    play.setAttribute('aria-pressed', 'false');
  }

  function start() {
    if (position >= length) seek(0);
    play.textContent = 'Pause';
    play.setAttribute('aria-pressed', 'true');
    let before = performance.now();
    const frame = (now) => {
      seek(position + Math.max(0, now - before) * speed);
      before = now;
      if (position < length) playing = requestAnimationFrame(frame);
      else stop();
    };
    playing = requestAnimationFrame(frame);
  }

  play.addEventListener('click', () => (playing === undefined ? start() : stop()));
  slider.addEventListener('input', () => seek(Number(slider.value)));
  slider.addEventListener('keydown', (event) => {
    const forward = { ArrowRight: true, ArrowUp: true, ArrowLeft: false, ArrowDown: false }[event.key];
    if (forward === undefined) return;
    event.preventDefault();
    step(forward);
  });
  find('player-before').addEventListener('click', () => step(false));
  find('player-after').addEventListener('click', () => step(true));
  const speeds = [...find('player-speeds').children];
  for (const button of speeds) {
    button.addEventListener('click', () => {
      speed = Number(button.dataset.speed);
      for (const each of speeds) each.setAttribute('aria-pressed', String(each === button));
    });
  }

  // The heat map.

  const [heat, scope] = ['player-heat', 'player-scope'].map(find);

  function showHeat() {
    const isShown = heat.getAttribute('aria-pressed') === 'true';
    scope.hidden = !isShown;
    for (const panel of panels) {
      const client = panel.shown();
      const counted = scope.value === 'client' ? [client] : client.recording.clients.values();
      panel.heat(isShown ? countTransitions(counted) : undefined);
    }
  }

  heat.addEventListener('click', () => {
    heat.setAttribute('aria-pressed', String(heat.getAttribute('aria-pressed') !== 'true'));
    showHeat();
  });
  scope.addEventListener('change', showHeat);

  refresh();
  return { open, stop };
}
