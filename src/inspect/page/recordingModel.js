/**
 * Recordings as the player shows them: clients, the moments of their steps, and what each step says.
 *
 * Owns: the reading of a recording. Must not know the page. Nothing in a file is trusted: names are keys of maps, never of
 * objects, and all text is shown as text.
 */
import { CHART_HASH, parseRecording } from 'recording';
import { takenIn } from './transitions.js';

/**
 * Reads a recording.
 *
 * @param id tells its clients from those of other recordings
 * @throws where it is none
 */
export function openRecording({ name, text }, id) {
  const { header, steps, truncated } = parseRecording(text);
  const clients = new Map();
  for (const step of steps) {
    let client = clients.get(step.c);
    if (client === undefined) {
      client = { id: `${id}/${step.c}`, c: step.c, steps: [], times: [], url: '', dropped: 0 };
      clients.set(step.c, client);
    }
    client.steps.push(step);
    // Within a client time never runs backwards, whatever a file says.
    client.times.push(Math.max(step.t, client.times.at(-1) ?? 0));
    if (client.url === '' && step.url !== undefined) client.url = step.url;
    if (step.dropped !== undefined) client.dropped = step.dropped;
  }
  let [begin, end] = [Number.POSITIVE_INFINITY, 0];
  for (const { times } of clients.values()) {
    begin = Math.min(begin, times[0]);
    end = Math.max(end, times.at(-1));
  }
  const recording = {
    id,
    name,
    clients,
    begin: clients.size === 0 ? 0 : begin,
    end,
    dropped: header.dropped ?? 0,
    truncated,
    isOtherChart: header.chart !== CHART_HASH,
  };
  for (const client of clients.values()) {
    client.recording = recording;
    client.name = `${placeOf(client.url)} #${client.c}`;
  }
  return recording;
}

/** Host and path: the rest is hidden in recordings anyway. */
function placeOf(url) {
  const [, place] = /^\w+:\/\/([^?#]*)/.exec(url) ?? [];
  return (place ?? 'client').replace(/\/$/, '');
}

/** The name of `ws.state` for a path of the chart. */
export function stateOf(path) {
  const [outer, inner] = path.split('.');
  return outer === 'session' ? (inner ?? outer) : outer;
}

/** The number of the client's steps until `at`; with `before`, of those before it. */
export function stepsUntil({ times }, at, before = false) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before ? times[middle] < at : times[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When the state that the client is in after each step was entered. Made when first needed. */
function sinceOf(client) {
  if (client.since === undefined) {
    client.since = [];
    for (const [index, step] of client.steps.entries()) {
      const isSame = index > 0 && stateOf(step.to) === stateOf(step.from);
      client.since.push(isSame ? client.since[index - 1] : client.times[index]);
    }
  }
  return client.since;
}

/** A step as an entry of a timeline. `index` counts from 0. */
export function entryOf(client, index) {
  const step = client.steps[index];
  const at = client.times[index];
  const { error, code } = step;
  return {
    n: index + 1,
    at,
    trigger: step.event,
    from: step.from,
    to: step.to,
    state: stateOf(step.to),
    transitions: takenIn(step),
    since: sinceOf(client)[index],
    ...(index === 0 ? {} : { lasted: at - sinceOf(client)[index - 1] }),
    ...(step.attempt > 0 ? { attempt: step.attempt } : {}),
    ...(step.delay === undefined ? {} : { delay: step.delay }),
    ...(code === undefined && error === undefined
      ? {}
      : {
          end: {
            code: code ?? '–',
            wasClean: step.wasClean === true,
            sentCode: step.sentCode,
            reason: '',
            ...(error === undefined
              ? {}
              : { error: { name: String(error.name), message: String(step.status ?? error.code ?? '') } }),
          },
        }),
  };
}

/** What the ribbon needs of a client. */
export function statesOf(client) {
  return client.steps.map(({ to }, index) => ({ at: client.times[index], state: stateOf(to) }));
}

/** How often each transition was taken by these clients. */
export function countTransitions(clients) {
  const counts = new Map();
  for (const { steps } of clients) {
    for (const step of steps) {
      for (const id of takenIn(step)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** How many transitions the chart has. */
export { written } from 'chart';
