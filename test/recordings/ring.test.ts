/**
 * What the recorder forgets, in which order, and that what is left can be checked.
 */
import { describe, expect, it } from 'vitest';
import { createClient, type ReckerWebSocket } from '../../src/index.js';
import { type Recorder, recorder } from '../../src/inspect/index.js';
import { Ring } from '../../src/inspect/recorderRing.js';
import { parseRecording, type RecordedStep } from '../../src/recording/index.js';
import { checkRecording, type FakeTransport, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { bytesOf, filledRing } from './memory.js';

interface Bench {
  readonly recording: Recorder;
  readonly clock: VirtualClock;
  make(name: string): { readonly ws: ReckerWebSocket; readonly transport: FakeTransport };
}

function bench(maxBytes: number): Bench {
  const recording = recorder({ maxBytes });
  const clock = new VirtualClock();
  const client = createClient({ baseUrl: 'https://chat.example.com' });
  return {
    recording,
    clock,
    make(name) {
      const transport = fakeTransport();
      const ws = client.websocket(`/${name}`, {
        transport,
        clock,
        inspect: recording.inspect,
        autoConnect: false,
        reconnect: true,
        heartbeatInterval: 1000,
        heartbeatTimeout: 500,
      });
      ws.on('error', () => {});
      return { ws, transport };
    },
  };
}

/** Opens, and answers `count` heartbeats. */
async function beat(
  { clock }: Bench,
  { ws, transport }: ReturnType<Bench['make']>,
  count: number,
): Promise<void> {
  if (ws.state !== 'open') {
    ws.connect().catch(() => {});
    await clock.advanceAsync(10);
    transport.last.open();
  }
  for (let each = 0; each < count; each += 1) {
    await clock.advanceAsync(1000);
    transport.last.pong();
  }
}

const urls = (recording: Recorder) =>
  parseRecording(recording.toNDJSON()).steps.flatMap(({ url = [] }) => url);

describe('what is forgotten', () => {
  it('clients at rest first, each as a whole, the one that has rested longest before the others', async () => {
    const world = bench(16_384);
    const [one, two, three] = ['one', 'two', 'three'].map(world.make) as ReturnType<Bench['make']>[];
    for (const each of [three, one, two]) await beat(world, each as ReturnType<Bench['make']>, 8);
    for (const each of [two, one]) {
      each?.ws.terminate();
      await world.clock.advanceAsync(10);
    }
    const living = three as ReturnType<Bench['make']>;
    const isKept = (name: string) => urls(world.recording).includes(`wss://chat.example.com/${name}`);
    expect(['one', 'two', 'three'].map(isKept)).toEqual([true, true, true]);
    for (let each = 0; isKept('two') && each < 200; each += 1) await beat(world, living, 1);
    expect(['one', 'three'].map(isKept)).toEqual([true, true]);
    for (let each = 0; isKept('one') && each < 200; each += 1) await beat(world, living, 1);
    const { header, steps } = parseRecording(world.recording.toNDJSON());
    expect(header.dropped).toBe(2);
    expect(steps.map(({ dropped }) => dropped).filter((dropped) => dropped !== undefined)).toEqual([]);
    expect(checkRecording(world.recording.toNDJSON()).ok).toBe(true);
  });

  it('then the oldest steps of a living client, whose first line is kept', async () => {
    const world = bench(8192);
    const { ws, transport } = world.make('room');
    await beat(world, { ws, transport }, 100);
    const text = world.recording.toNDJSON();
    expect(text.length).toBeLessThan(8192);
    const { header, steps } = parseRecording(text);
    expect(header.dropped).toBeUndefined();
    const [first, second] = steps;
    expect(first).toMatchObject({ n: 1, event: 'connect', url: 'wss://chat.example.com/room' });
    expect(first?.dropped).toBeGreaterThan(100);
    expect(second?.n).toBe((first?.dropped ?? 0) + 2);
    expect(steps.at(-1)?.n).toBe(202);
    expect(checkRecording(text)).toMatchObject({ ok: true, connections: 1 });
  });

  it('what is left is checked: from the line that says how much is missing', async () => {
    const world = bench(8192);
    const { ws, transport } = world.make('room');
    await beat(world, { ws, transport }, 100);
    transport.last.end();
    await world.clock.advanceAsync(1000);
    await beat(world, { ws, transport }, 3);
    const lines = world.recording.toNDJSON().trimEnd().split('\n');
    expect(checkRecording(lines.join('\n')).ok).toBe(true);
    const changed = (at: number, change: Partial<RecordedStep>) => {
      const step = JSON.parse(lines.at(at) as string) as RecordedStep;
      return checkRecording(lines.with(at, JSON.stringify({ ...step, ...change })).join('\n'));
    };
    expect(changed(3, { to: 'backoff' }).divergence).toMatchObject({ line: 4 });
    // The delay of a Ping whose beginning is left.
    const ping = lines.length - 2;
    expect(JSON.parse(lines[ping] as string)).toMatchObject({ event: 'after nextPing' });
    const { t } = JSON.parse(lines[ping] as string) as RecordedStep;
    expect(changed(ping, { t: t - 60 }).ok).toBe(false);
    expect(changed(ping, { t: t - 50 }).ok).toBe(true);
    expect(checkRecording(lines.toSpliced(5, 1).join('\n')).divergence).toMatchObject({ line: 6 });
  });

  it('a living client as a whole only where the first lines alone are too much', async () => {
    const world = bench(4096);
    const all = Array.from({ length: 20 }, (_, index) => world.make(`room-${index}`));
    for (const each of all) await beat(world, each, 0);
    const text = world.recording.toNDJSON();
    expect(text.length).toBeLessThan(4096);
    const { header, steps } = parseRecording(text);
    expect(header.dropped).toBeGreaterThan(10);
    expect(new Set(steps.map(({ c }) => c)).has('20')).toBe(true);
    // It comes back with a first line, from where it is now.
    await beat(world, all[0] as ReturnType<Bench['make']>, 1);
    const after = parseRecording(world.recording.toNDJSON()).steps.filter(({ c }) => c === '1');
    expect(after[0]?.n).toBeGreaterThan(2);
    expect(after[0]?.dropped).toBe((after[0]?.n ?? 0) - 1);
    expect(after[0]?.policy).toBeDefined();
    expect(checkRecording(world.recording.toNDJSON()).ok).toBe(true);
  });

  it('clear() forgets all; clients keep their ids and their count', async () => {
    const world = bench(65_536);
    const room = world.make('room');
    await beat(world, room, 2);
    world.recording.clear();
    expect(parseRecording(world.recording.toNDJSON()).steps).toEqual([]);
    await beat(world, room, 2);
    const text = world.recording.toNDJSON();
    const [first] = parseRecording(text).steps;
    expect(first).toMatchObject({ c: '1', n: 7, dropped: 6, url: 'wss://chat.example.com/room' });
    expect(checkRecording(text)).toMatchObject({ ok: true, steps: 4 });
  });
});

describe('the memory', () => {
  it('stays within maxBytes over 100,000 steps', () => {
    let each = 0;
    let most = 0;
    const ring = filledRing(65_536, 100_000, (filling) => {
      each += 1;
      if (each % 5000 === 0) most = Math.max(most, bytesOf(filling));
    });
    expect(most).toBeLessThan(65_536);
    // It is used, too: a line costs a third more than its text.
    expect(bytesOf(ring)).toBeGreaterThan(65_536 / 2);
    expect(ring.dropped).toBeGreaterThan(10);
  });

  it('a line that is larger than all of it replaces all', () => {
    const ring = new Ring<object>(4096);
    const step: RecordedStep = {
      t: 0,
      c: '1',
      n: 1,
      event: 'connect',
      from: 'idle',
      to: 'session.connecting',
    };
    ring.add({}, step, false);
    ring.add({}, { ...step, c: '2', url: 'x'.repeat(10_000) }, false);
    expect(ring.lines()).toHaveLength(1);
  });
});
