/** `recker test`: words, exit codes, and the four forms of the results. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { htmlOf } from '../../src/cli/testHtml.js';
import { junitOf } from '../../src/cli/testJunit.js';
import { reportText } from '../../src/cli/testText.js';
import { type CheckResult, type ServerReport, serverChecks } from '../../src/testing/index.js';
import { freePort } from '../support/tools.js';
import { recker } from './terminal.js';

let server: WebSocketServer;
let url: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recker-test-'));
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.on('error', () => {}));
  url = `ws://127.0.0.1:${(server.address() as { readonly port: number }).port}/`;
});
afterAll(async () => {
  for (const client of server.clients) client.terminate();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('exit codes', () => {
  it('0 where no MUST fails: a line for each check and the counts on stdout, the plan on stderr', async () => {
    const { code, stdout, stderr } = await recker(['test', url, '--only', 'handshake/', '--half-open', '0']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pass {2}handshake\/accepted +MUST +101$/m);
    expect(stdout).toMatch(
      /fail {2}handshake\/version-426[\s\S]*RFC 6455 §4.4[\s\S]*sent [\s\S]*expected [\s\S]*got {7}400/,
    );
    expect(stdout).toMatch(/\n\d+ passed, 3 failed \(0 MUST, 3 SHOULD\), 0 not applicable, in \d+\.\d s\n$/);
    expect(stderr).toMatch(
      /^Examining ws:.*21 checks in at most 60 s, with at most \d+ connections \(200 a second/,
    );
  });

  it('1 where a MUST fails', async () => {
    const refusing = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient: () => false });
    await once(refusing, 'listening');
    const { port } = refusing.address() as { readonly port: number };
    const { code, stdout } = await recker([
      'test',
      `ws://127.0.0.1:${port}/`,
      '--only',
      'ping/',
      '--only',
      'handshake/accepted',
    ]);
    refusing.close();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}handshake\/accepted/m);
  });

  it('1 where the server is out of reach', async () => {
    const { code, stdout, stderr } = await recker(['test', `ws://127.0.0.1:${await freePort()}/`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/out of reach.*ECONNREFUSED/);
  });

  it.each([
    [['test']],
    [['test', 'http://127.0.0.1/']],
    [['test', 'ws://example.com/']],
    [['test', 'ws://127.0.0.1/', '--timeout', 'soon']],
    [['test', 'ws://127.0.0.1/', '--only', 'nothing/']],
    [['test', 'ws://127.0.0.1/', '-H', 'no colon']],
    [['test', 'wss://127.0.0.1/', '--ca', '/nonexistent/ca.pem']],
    [['test', 'ws://127.0.0.1/', '--junit', '/nonexistent/results.xml']],
    [['test', 'ws://127.0.0.1/', '--frobnicate']],
  ])('2 for wrong use: %j', async (args) => {
    const { code, stdout, stderr } = await recker(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^recker test: /);
  });

  it('a host that is not loopback is named, with the option that is missing', async () => {
    const { stderr } = await recker(['test', 'wss://example.com/?token=secret']);
    expect(stderr).toMatch(/example\.com is not loopback.*--yes-i-may-test-this-server/);
    expect(stderr).not.toContain('secret');
  });
});

it('--json prints one line a check, and the counts', async () => {
  const { code, stdout } = await recker([
    'test',
    url,
    '--json',
    '--half-open',
    '0',
    '--only',
    'close/',
    '--only',
    'lifecycle/half-open',
  ]);
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const counts = lines.pop();
  for (const line of lines) {
    expect(Object.keys(line)).toEqual(['check', 'level', 'rfc', 'result', 'expected', 'got']);
    expect(line.result).toMatch(/^(pass|fail|n\/a)$/);
  }
  expect(new Set(lines.map(({ check }) => check)).size).toBe(lines.length);
  const count = (wanted: string) => lines.filter(({ result }) => result === wanted).length;
  expect(counts).toEqual({ passed: count('pass'), failed: count('fail'), skipped: count('n/a') });
  expect(counts.skipped).toBe(1);
});

it('-H, --protocol and the user info of the URL reach the server, and are shown nowhere', async () => {
  const seen: Record<string, unknown>[] = [];
  server.on('headers', (_lines, { headers }) => seen.push(headers));
  const files = [join(folder, 'secret.xml'), join(folder, 'secret.html')] as const;
  const { code, stdout, stderr } = await recker([
    ...['test', url.replace('//', '//me:secret@'), '-H', 'X-Token: secret', '--protocol', 'chat'],
    ...['--only', 'handshake/accepted', '--junit', files[0], '--html', files[1]],
  ]);
  expect(code).toBe(0);
  expect(seen[0]).toMatchObject({
    'x-token': 'secret',
    'sec-websocket-protocol': 'chat',
    authorization: /^Basic /,
  });
  const written = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  expect([stdout, stderr, ...written].join('\n')).not.toContain('secret');
});

it('a file of results is replaced, also by a shorter one, and kept where there is no report', async () => {
  const path = join(folder, 'results.xml');
  await writeFile(path, 'x'.repeat(100_000));
  await recker(['test', `ws://127.0.0.1:${await freePort()}/`, '--junit', path]);
  expect(await readFile(path, 'utf8')).toBe('x'.repeat(100_000));
  await recker(['test', url, '--only', 'ping/pong', '--junit', path]);
  expect(await readFile(path, 'utf8')).toMatch(/^<\?xml [\s\S]*<\/testsuites>\n$/);
});

it('--paths runs the statechart against the server', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await recker(['test', url, '--only', 'ping/pong', '--paths']);
  expect(stdout.match(/^fail.*$/gim) ?? []).toEqual([]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/Running \d+ paths of the statechart, 8 at a time/);
  expect(stdout.match(/^pass {2}paths\//gm)?.length).toBeGreaterThan(70);
});

describe('the forms of a report', () => {
  const hostile = `<script>alert("1")</script> & 'x' \u0000\u001b[31m`;
  const [first, second, third] = serverChecks();
  const results = [
    { ...first, result: 'pass', got: '101', duration: 1 },
    { ...second, result: 'fail', got: hostile, duration: 2 },
    { ...third, result: 'n/a', got: hostile, duration: 3 },
  ] as CheckResult[];
  const report: ServerReport = {
    ...{ url: `ws://127.0.0.1/${hostile}`, ok: false, checks: results, passed: 1, failed: 1, skipped: 1 },
    duration: 6,
  };

  it('HTML is one page that loads nothing, runs nothing, and escapes', () => {
    const html = htmlOf(report);
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-`);
    expect(html).not.toMatch(/<script|<img|<link|src=|href=/);
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(4);
    expect(html.match(/<tr><td/g)).toHaveLength(3);
  });

  it('JUnit has a case for each check, failures with their level, and only characters that XML allows', () => {
    const xml = junitOf(report);
    expect(xml).toContain('tests="3" failures="1" skipped="1" errors="0"');
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml).toContain(
      '<failure type="MUST" message="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;',
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  });

  it('the text has no control character of the server', () => {
    const plain = (text: string) => text;
    const style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(reportText(report, style)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
