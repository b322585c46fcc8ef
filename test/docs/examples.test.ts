/** The seed's four complete examples as programs: each a single command that ends by itself. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

async function output(name: string): Promise<string[]> {
  const args = ['--import', 'tsx', `examples/${name}.ts`];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 20_000 });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

const limit = { timeout: 30_000 };

it('chat.ts', limit, async () => {
  expect(await output('chat')).toEqual([
    '✓ Connected to chat',
    '[System] welcome to general',
    'ada: Hello, everyone!',
    '✗ Disconnected from chat',
    '↻ Reconnecting (attempt 1)...',
    '✓ Connected to chat',
    '[System] welcome to general',
    'ada: still here',
    '✗ Disconnected from chat',
  ]);
});

it('dashboard.ts', limit, async () => {
  const lines = await output('dashboard');
  expect(lines.filter((line) => line.startsWith('cpu')).length).toBe(6);
  expect(lines).toContain('(lost: attempt 1 in 50 ms)');
  expect(lines.at(-1)).toMatch(/^2 connections, [67] measurements$/);
});

it('trading-feed.ts', limit, async () => {
  expect(await output('trading-feed')).toEqual([
    'Control message: subscribed',
    'BTC-USD: $61001.5 (0.25 BTC)',
    'Heartbeat timed out, reconnecting...',
    'Control message: subscribed',
    'BTC-USD: $61002.5 (0.25 BTC)',
  ]);
});

it('notifications.ts', limit, async () => {
  expect(await output('notifications')).toEqual([
    'server: Bearer token-1, notifications-v2',
    'alerts: disk almost full',
    'server: Bearer token-2, notifications-v2',
    'alerts: disk almost full',
  ]);
});
