/**
 * `recorder()`: which lines it writes, what it forgets, and how it saves.
 */
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, ConnectionError, ReckerWebSocket } from '../../src/index.js';
import { type Recorder, recorder } from '../../src/inspect/index.js';
import { saveFile as saveInPage } from '../../src/inspect/saveFile.browser.js';
import { CHART_HASH, parseRecording } from '../../src/recording/index.js';
import { checkRecording, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { foundIn, liveWithSecrets } from '../inspect/secrets.js';
import { exampleRecording } from './example.js';

describe('recorder()', () => {
  it('writes a header and a line for each step', async () => {
    const { header, steps, truncated } = parseRecording(await exampleRecording());
    expect(header).toMatchObject({ format: 'recker-recording', version: 1, chart: CHART_HASH });
    expect(truncated).toBe(false);
    const first = steps.filter(({ n }) => n === 1);
    expect(first.map(({ c, url }) => [c, url])).toEqual([
      ['1', 'wss://chat.example.com/room?token=***'],
      ['2', 'wss://chat.example.com/feed'],
    ]);
    expect(first[0]?.policy).toMatchObject({ reconnect: true, heartbeatInterval: 5000, prepare: false });
    expect(first[1]?.policy).toMatchObject({ reconnect: false, prepare: true });
    for (const c of ['1', '2']) {
      const own = steps.filter((step) => step.c === c);
      expect(own.map(({ n }) => n)).toEqual(own.map((_, index) => index + 1));
      for (const [index, { from }] of own.entries()) if (index > 0) expect(from).toBe(own[index - 1]?.to);
    }
    expect(steps.find(({ status }) => status === 503)).toMatchObject({
      event: 'socket.failed',
      to: 'backoff',
      attempt: 2,
      decidedBy: 'default',
      retryAfter: 3000,
      error: { name: 'HandshakeError', code: 'ERR_RECKER_HANDSHAKE' },
    });
    expect(steps.at(-1)).toMatchObject({ to: 'exhausted' });
  });
});

describe('secrets', () => {
  it('of a whole life are in no recording', async () => {
    const recording = recorder();
    await liveWithSecrets(recording.inspect);
    const text = recording.toNDJSON();
    expect(parseRecording(text).steps.length).toBeGreaterThan(15);
    expect(foundIn(text)).toEqual([]);
    expect(checkRecording(text).ok).toBe(true);
  });

  it('in names of errors, in codes, and in the reason of a Close are not there either', async () => {
    const secret = 'planted secret';
    const transport = fakeTransport();
    const recording = recorder();
    const options = { transport, inspect: recording.inspect, reconnect: true, clock: new VirtualClock() };
    const ws = new ReckerWebSocket('wss://chat.example.com/', options);
    ws.on('error', () => {});
    ws.connect().catch(() => {});
    const error = Object.assign(new ConnectionError(secret, { code: secret }), { name: secret });
    transport.last.fail(error);
    ws.reconnect().catch(() => {});
    transport.last.open();
    transport.last.peerClose(4000, secret);
    transport.last.end();
    void ws.close(4001, secret);
    const text = recording.toNDJSON();
    expect(text).toContain('"code":4000');
    expect(text).not.toContain(secret);
    expect(checkRecording(text).ok).toBe(true);
  });
});

describe('clients', () => {
  it('have one id each, over all their connections, and each recorder counts for itself', async () => {
    const clock = new VirtualClock();
    const [one, other] = [recorder(), recorder()];
    const make = (inspect: Recorder['inspect']) => {
      const transport = fakeTransport();
      const ws = new ReckerWebSocket('wss://chat.example.com/', { transport, clock, inspect });
      ws.on('error', () => {});
      return { ws, transport };
    };
    for (const { inspect } of [other, one, other, one]) {
      const { ws, transport } = make(inspect);
      for (let each = 0; each < 2; each += 1) {
        ws.connect().catch(() => {});
        transport.last.open();
        ws.terminate();
        await clock.advanceAsync(10);
      }
    }
    for (const recording of [one, other]) {
      const { steps } = parseRecording(recording.toNDJSON());
      expect([...new Set(steps.map(({ c }) => c))]).toEqual(['1', '2']);
      expect(steps.filter(({ event }) => event === 'socket.opened')).toHaveLength(4);
      expect(checkRecording(recording.toNDJSON())).toMatchObject({ ok: true, connections: 2, steps: 12 });
    }
  });

  it("may have no watch: then there is no address, and a decision may be anybody's", async () => {
    const recording = recorder();
    const transport = fakeTransport();
    const ws = new ReckerWebSocket('wss://chat.example.com/', {
      transport,
      reconnect: true,
      reconnectDelay: 20,
      shouldReconnect: () => 25,
      inspect: (event) => recording.inspect.next(event),
    });
    ws.on('error', () => {});
    ws.connect().catch(() => {});
    transport.last.fail(new ConnectionError('refused'));
    ws.terminate();
    const text = recording.toNDJSON();
    const [first, second] = parseRecording(text).steps;
    expect(first?.url).toBeUndefined();
    expect(second).toMatchObject({ to: 'backoff', delay: 25 });
    expect(second?.decidedBy).toBeUndefined();
    expect(checkRecording(text).ok).toBe(true);
  });

  it('with a provider of the address say it where it is known', async () => {
    const recording = recorder();
    const transport = fakeTransport();
    let dials = 0;
    const url = () => {
      dials += 1;
      return `wss://me:secret@chat.example.com/${dials}?token=secret`;
    };
    const clock = new VirtualClock();
    const ws = new ReckerWebSocket(url, { transport, clock, reconnect: true, inspect: recording.inspect });
    ws.on('error', () => {});
    ws.connect().catch(() => {});
    for (let each = 0; each < 2; each += 1) {
      await clock.advanceAsync(1000);
      transport.last.fail(new ConnectionError('refused'));
    }
    const { steps } = parseRecording(recording.toNDJSON());
    const said = steps.flatMap((step) => step.url ?? []);
    expect(said).toEqual(['', 'wss://chat.example.com/1?token=***', 'wss://chat.example.com/2?token=***']);
  });
});

describe('options', () => {
  it.each([
    ['a wrong type', { maxBytes: '1' }, /maxBytes/],
    ['too little', { maxBytes: 100 }, /at least 4096/],
    ['an unknown name', { maxbytes: 10_000 }, /no option "maxbytes"/],
    ['no object', 5, /object/],
  ])('%s is refused', (_, options, message) => {
    const make = () => recorder(options as never);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });
});

describe('save()', () => {
  it('keeps a symbolic link, and the mode of the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recker-save-'));
    const [file, link] = [join(folder, 'file.ndjson'), join(folder, 'link.ndjson')];
    await writeFile(file, 'old', { mode: 0o600 });
    await symlink(file, link);
    const recording = recorder();
    await recording.save(link);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, 'utf8')).toBe(recording.toNDJSON());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
  });

  it('replaces the file as a whole, in the order of the calls, and leaves nothing beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recker-recording-'));
    try {
      const path = join(folder, 'incident.ndjson');
      await writeFile(path, 'an older and much longer content'.repeat(1000));
      const recording = recorder();
      const ws = new ReckerWebSocket('wss://chat.example.com/', {
        transport: fakeTransport(),
        inspect: recording.inspect,
      });
      ws.on('error', () => {});
      ws.connect().catch(() => {});
      const former = recording.save(path);
      ws.terminate();
      await Promise.all([former, recording.save(path)]);
      expect(await readFile(path, 'utf8')).toBe(recording.toNDJSON());
      expect(await readdir(folder)).toEqual(['incident.ndjson']);
      await expect(recording.save(join(folder, 'missing', 'x.ndjson'))).rejects.toThrow('ENOENT');
      await expect(recording.save(folder)).rejects.toThrow();
      expect(await readdir(folder)).toEqual(['incident.ndjson']);
      // A failed call does not fail the next one.
      await recording.save(path);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused in a page, with what to use there', async () => {
    await expect(saveInPage('x', 'y')).rejects.toThrow(/toNDJSON/);
  });
});

describe('parseRecording()', () => {
  it('uses what comes before a last line that is cut', async () => {
    const text = await exampleRecording();
    const whole = parseRecording(text);
    const cut = parseRecording(text.slice(0, -20));
    expect(cut.truncated).toBe(true);
    expect(cut.steps).toEqual(whole.steps.slice(0, -1));
    expect(parseRecording(text.trimEnd())).toEqual(whole);
  });

  it.each([
    ['nothing', ''],
    ['another format', '{"format":"har"}\n'],
    ['another version', '{"format":"recker-recording","version":2,"recker":"1.0.0","chart":""}\n'],
    ['a cut header', '{"format":"recker-rec'],
    ['no JSON', 'hello\nyou\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseRecording(text)).toThrow(ConfigurationError);
  });

  it('refuses a line in the middle that is no step', async () => {
    const [header, first, ...rest] = (await exampleRecording()).split('\n');
    for (const line of ['{"t":', '[]', '{"t":1}', '{"t":1,"c":1,"n":1,"event":"","from":"","to":""}'])
      expect(() => parseRecording([header, first, line, ...rest].join('\n'))).toThrow(/line 3/);
  });
});
