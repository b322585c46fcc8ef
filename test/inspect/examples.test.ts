/**
 * The examples about looking on, run as a reader would run them.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/tools.js';

const run = promisify(execFile);

async function output(file: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', file, '--once'], {
    env: { ...process.env, ...env },
    timeout: 12_000,
  });
  return stdout;
}

describe('examples', () => {
  it('inspector-node.ts relays a connection that is dropped and comes back', async () => {
    const port = await freePort();
    const reported = await output('examples/inspector-node.ts', { PORT: String(port) });
    expect(reported.split('\n')).toEqual([
      `Stately inspector (its page is online): http://localhost:${port}`,
      'connecting',
      'open',
      'backoff',
      'reconnecting',
      'open',
      'closing',
      'closed',
      '',
    ]);
  });

  it('live-view.ts prints its address, and ends', async () => {
    expect(await output('examples/live-view.ts')).toMatch(
      /^Live view: http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/\n$/,
    );
  });
});
