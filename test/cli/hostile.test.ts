/** What comes from outside does not control the terminal, and the command's own colours do. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/index.js';
import { put, scratch } from '../support/tools.js';
import { recker } from './terminal.js';

const ESCAPE = '\u001b';

it('connect reports in colours', async () => {
  const server = await FaultServer.start();
  server.refuse(401);
  const { stderr, code } = await recker(['connect', server.url(), '--listen'], { hasColours: true });
  await server.stop();
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${ESCAPE}\\[31m.*401.*${ESCAPE}\\[39m$`, 'm'));
  expect(stderr).not.toContain('\\x1b');
});

it.each(['check', 'replay'])('%s shows the control characters of a recording', async (command) => {
  const example = await readFile(new URL('../recordings/example.ndjson', import.meta.url), 'utf8');
  const [header = '', first = '', second = ''] = example.split('\n');
  const hostile = JSON.stringify({ ...JSON.parse(second), event: `${ESCAPE}]0;title\u0007` });
  const path = await put(await scratch(), `a${ESCAPE}[2J.ndjson`, [header, first, hostile, ''].join('\n'));
  const { stdout, stderr, code } = await recker([command, path]);
  expect(code).not.toBe(0);
  expect(stdout + stderr).not.toContain(ESCAPE);
  expect(stdout + stderr).toContain('\\x1b[2J.ndjson');
});

it('a wrong word is shown with its control characters', async () => {
  const { stderr, code } = await recker([`${ESCAPE}[31mchek`]);
  expect(code).toBe(2);
  expect(stderr).not.toContain(ESCAPE);
});
