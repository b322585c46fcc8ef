/** `recker connect` through pipes: what arrives, where it is printed, how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkRecording, FaultServer } from '../../src/testing/index.js';
import { Watch } from '../support/journal.js';
import { testTls } from '../support/tls.js';
import { freePort, put, scratch } from '../support/tools.js';
import { buildProgram, type Ran, recker } from './terminal.js';

let program: Awaited<ReturnType<typeof buildProgram>>;
let server: FaultServer;
/** For files of one test. */
let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());
beforeEach(async () => {
  folder = await scratch();
  server = await FaultServer.start();
  server.echo();
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

class Connected {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  readonly #watch = new Watch();
  #hasEnded = false;

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [program.path, 'connect', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    running.add(child);
    this.child = child;
    child.stdin.on('error', () => {});
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('latin1').on('data', (text: string) => {
        this[name] += text;
        this.#watch.check();
      });
    }
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => {
        running.delete(child);
        this.#hasEnded = true;
        this.#watch.check();
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Waits until it wrote `text`. @throws where it ends without */
  async prints(text: string): Promise<void> {
    const isPrinted = () => `${this.stdout}${this.stderr}`.includes(text);
    await this.#watch.until(() => isPrinted() || this.#hasEnded);
    if (!isPrinted()) throw new Error(`Ended without "${text}":\n${this.stdout}${this.stderr}`);
  }
}

const connect = (...args: string[]) => new Connected(args);
const run = (stdin: string | Buffer, ...args: string[]) => {
  const connected = new Connected(args);
  connected.child.stdin?.end(stdin);
  return connected.ended;
};

describe('stdin from a pipe', () => {
  it('delivers 100,000 lines, prints the echo of each, and ends with a clean Close', {
    timeout: 30_000,
  }, async () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}`);
    const { code, stdout, stderr } = await run(`${lines.join('\n')}\n`, server.url('/'));
    expect(code).toBe(0);
    expect(server.seen.messages.map(({ data }) => data)).toEqual(lines);
    expect(stdout).toBe(`${lines.join('\n')}\n`);
    expect(stderr).toBe(`open: ${server.url('/')}\nclose: 1000\n`);
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('sends each line as it is: commands, empty lines, CR LF, a last line without an end', async () => {
    await run('/ping\n//x\n\nä\r\nlast', server.url('/'));
    expect(server.seen.messages.map(({ data }) => data)).toEqual(['/ping', '//x', '', 'ä', 'last']);
  });

  it('loses no line while there is no server', async () => {
    const port = await freePort();
    const client = connect(`ws://127.0.0.1:${port}/`);
    client.child.stdin?.end('one\ntwo\n');
    await client.prints('attempt 1 of 5 in 1 s');
    await using late = await FaultServer.start({ port });
    late.echo();
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(client.stderr).toContain('ECONNREFUSED');
  });

  it('comes back after a loss, and sends what is read then', async () => {
    const client = connect(server.url('/'));
    client.child.stdin?.write('before\n');
    await client.prints('before');
    await server.stop();
    await client.prints('attempt 1 of 5');
    client.child.stdin?.end('meanwhile 1\nmeanwhile 2\n');
    await server.restart();
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'before\nmeanwhile 1\nmeanwhile 2\n' });
  });

  it('waits for answers with --wait', async () => {
    server.accept();
    const client = connect('--wait', '60', server.url('/'));
    client.child.stdin?.end('question\n');
    const { connection } = await server.waitForMessage();
    connection.send('answer');
    await client.prints('answer');
    client.child.kill('SIGINT');
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'answer\n' });
  });

  it('with --binary lines are hex, or base64', async () => {
    await run('00 ff\n', '--binary', server.url('/'));
    expect(await run('AP8=\n', '--binary', '--base64', server.url('/'))).toMatchObject({ stdout: 'AP8=\n' });
    expect(server.seen.messages.map(({ data }) => data)).toEqual([
      Buffer.from([0, 255]),
      Buffer.from([0, 255]),
    ]);
    const { code, stderr } = await run('00\nxyz\n', '--binary', server.url('/'));
    expect(code).toBe(2);
    expect(stderr).toContain('line 2 is not hex');
    expect(server.seen.closes.at(-1)?.code).toBe(1000);
  });
});

describe('messages', () => {
  it('a pipe gets them as they are: escape sequences, and the bytes of binary ones', async () => {
    const client = connect('--listen', server.url('/'));
    await client.prints('open');
    server.broadcast('a\u001b[31mb');
    server.broadcast(Buffer.from([0, 255]));
    server.closeAll(1008, 'en\u001bough');
    expect(await client.ended).toMatchObject({ code: 1, stdout: 'a\u001b[31mb\n\u0000\u00ff' });
    expect(client.stderr).toContain('close: 1008 en\\x1bough\n');
  });

  it('--json prints messages and changes of state', async () => {
    const { stdout } = await connect('--json', '--once', 'a\u009bb', server.url('/')).ended;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) expect(line.time).toBeTypeOf('number');
    expect(lines.map(({ time: _, ...line }) => line)).toEqual([
      { type: 'state', state: 'connecting', previous: 'idle' },
      { type: 'state', state: 'open', previous: 'connecting' },
      { type: 'message', binary: false, data: 'a\u009bb' },
      { type: 'state', state: 'closing', previous: 'open' },
      { type: 'state', state: 'closed', previous: 'closing' },
      { type: 'close', code: 1000, reason: '', wasClean: true, willReconnect: false, unsentBytes: 0 },
    ]);
    expect(stdout).toContain('a\\u009bb');
  });
});

describe('--once', () => {
  it('prints the first answer, and reads no stdin', async () => {
    const client = connect('--once', 'ping', server.url('/'));
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'ping\n' });
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('no answer within --timeout is 1', async () => {
    server.accept();
    const { code, stdout, stderr } = await connect('--once', 'ping', '--timeout', '0.2', server.url('/'))
      .ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('no answer within 0.2 s');
  });

  it('a connection that is lost before the answer is 1, and the message is not sent twice', async () => {
    server.accept();
    const client = connect('--once', 'ping', server.url('/'));
    await server.waitForMessage();
    server.resetAll();
    expect(await client.ended).toMatchObject({ code: 1, stdout: '' });
    expect(client.stderr).toContain('the connection ended before an answer');
    expect(server.seen.messages.length).toBe(1);
  });
});

describe('the handshake', () => {
  it('has the certificates of --ca, or accepts any with --insecure', async () => {
    await using secure = await FaultServer.start({ tls: testTls });
    secure.echo();
    const ca = await put(folder, 'ca.pem', testTls.cert);
    const url = secure.url('/').replace('127.0.0.1', 'localhost');
    for (const trust of [['--insecure'], ['--ca', ca]]) {
      expect(await connect('--once', 'a', ...trust, url).ended).toMatchObject({ code: 0, stdout: 'a\n' });
    }
    const { code, stderr } = await connect('--once', 'a', url).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('has the headers, the subprotocols and the compression that are asked for', async () => {
    await using able = await FaultServer.start({ protocols: ['b'], perMessageDeflate: true });
    able.echo();
    const args = ['-p', 'a', '-p', 'b', '--compress', '-H', 'X-One: 1:2', '-H', 'X-Two:2'];
    const { code, stderr } = await connect('--once', 'a', ...args, able.url('/')).ended;
    expect(code).toBe(0);
    expect(stderr).toContain('protocol b');
    expect((await able.waitForConnection(1)).extensions).toContain('permessage-deflate');
    expect(able.seen.handshakes[0]?.headers).toMatchObject({
      'sec-websocket-protocol': 'a, b',
      'x-one': '1:2',
      'x-two': '2',
    });
  });
});

describe('the end', () => {
  it('Ctrl-C closes with 1000, and the exit code is 0', async () => {
    const client = connect('--listen', server.url('/'));
    await client.prints('open');
    client.child.kill('SIGINT');
    expect(await client.ended).toMatchObject({ code: 0 });
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('a second one ends it at once, and the recording is saved', async () => {
    server.ignoreClose();
    const file = `${folder}/r.ndjson`;
    const client = connect('--listen', '--record', file, server.url('/'));
    await client.prints('open');
    client.child.kill('SIGINT');
    await server.waitFor(({ closes }) => closes.length === 1);
    client.child.kill('SIGINT');
    expect(await client.ended).toMatchObject({ code: 0 });
    expect(client.stderr).not.toContain('close:');
    expect(checkRecording(await readFile(file, 'utf8'))).toMatchObject({
      ok: true,
      connections: 1,
      steps: 3,
    });
  });

  it('SIGTERM is as Ctrl-C', async () => {
    const file = `${folder}/r.ndjson`;
    const client = connect('--record', file, server.url('/'));
    await client.prints('open');
    client.child.kill('SIGTERM');
    expect(await client.ended).toMatchObject({ code: 0 });
    expect(checkRecording(await readFile(file, 'utf8'))).toMatchObject({ ok: true, connections: 1 });
  });

  it('stdout that is closed ends it quietly, and closes the connection', async () => {
    const client = connect('--listen', server.url('/'));
    await client.prints('open');
    client.child.stdout?.destroy();
    const connection = await server.waitForConnection();
    const again = setInterval(() => connection.readyState === 1 && connection.send('x'), 10);
    const { code, stderr } = await client.ended;
    clearInterval(again);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `open: ${server.url('/')}\nclose: 1000\n` });
  });

  it.each([
    [() => server.closeAll(1008), 1, 'close: 1008'],
    [() => server.refuse(401), 1, '401'],
  ])('a loss that is final is 1: %#', async (happens, code, text) => {
    const client = connect('--listen', server.url('/'));
    await client.prints('open');
    happens();
    if (!text.startsWith('close')) server.resetAll();
    expect((await client.ended).code).toBe(code);
    expect(client.stderr).toContain(text);
  });

  it('attempts used up is 1, each failed dial is on stderr, also where there was nothing to send', async () => {
    const { code, stdout, stderr } = await run('', '--attempts', '1', `ws://127.0.0.1:${await freePort()}/`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(
      stderr
        .replace(/ECONNREFUSED .*/g, 'REFUSED')
        .trim()
        .split('\n'),
    ).toEqual([
      'connect REFUSED',
      'close: 1006',
      'attempt 1 of 1 in 1 s',
      'connect REFUSED',
      'close: 1006',
      'Gave up after 1 reconnection attempt: connect REFUSED',
    ]);
  });
});

describe('wrong use', () => {
  it.each([
    [['http://x/'], 'ws:'],
    [['ws://x/', '--once', 'a', '--listen'], '--once and --listen'],
    [['ws://x/', '--timeout', '5'], '--timeout needs --once'],
    [['ws://x/', '--once', 'a', '--timeout', 'soon'], '--timeout takes seconds'],
    [['ws://x/', '--listen', '--wait', '1'], '--wait'],
    [['ws://x/', '--attempts', '1.5'], '--attempts takes a whole number'],
    [['ws://x/', '-H', 'secret'], "--header takes 'NAME: VALUE'"],
    [['ws://x/', '-H', 'X: se\ncret'], 'header'],
    [['ws://x/', '--ca', 'no/such'], 'no/such cannot be read'],
    [['ws://x/', '--record', 'no/such/file'], 'no/such/file cannot be written'],
    [['ws://user:secret@x/#a'], 'fragment'],
    [['ws://x/', '--binary', '--once', 'secret'], '--once is not hex'],
  ])('%j ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await recker(['connect', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/se\s?cret/);
  });
});

it('secrets are not shown', async () => {
  const url = server.url('/?token=secret').replace('//', '//user:secret@');
  const args = ['-H', 'Authorization: Bearer secret', '--once', 'a', '--json'];
  const { code, stdout, stderr } = await connect(...args, url).ended;
  expect(code).toBe(0);
  expect(server.seen.handshakes[0]?.headers.authorization).toBe('Bearer secret');
  const port = await freePort();
  const proxy = `http://user:secret@127.0.0.1:${port}`;
  const refused = await connect('--proxy', proxy, '--attempts', '1', '--listen', url).ended;
  expect(refused.code).toBe(1);
  expect(stdout + stderr + refused.stderr).not.toContain('secret');
});

it('--view prints the address of the live view', async () => {
  const client = connect('--view', '--listen', server.url('/'));
  await client.prints('open:');
  const [, address = ''] = /live view: (\S+)/.exec(client.stderr) ?? [];
  const page = await fetch(address);
  expect(page.status).toBe(200);
  await page.body?.cancel();
  client.child.kill('SIGINT');
  expect(await client.ended).toMatchObject({ code: 0, stdout: '' });
});

it('Ctrl-C ends a dial, too', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const client = connect('--listen', `ws://127.0.0.1:${port}/`);
  await new Promise((resolve) => silent.once('connection', resolve));
  client.child.kill('SIGINT');
  expect(await client.ended).toMatchObject({ code: 0, stdout: '' });
  silent.close();
});
