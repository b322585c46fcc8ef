/**
 * The packed library under the fake timers of Jest (in its environments of Node and jsdom) and of Sinon. Neither is a
 * dependency of this project: they are installed beside the tarball.
 */
import { cp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as ws from 'ws';

const JEST = ['jest@30', 'jest-environment-jsdom@30', '@sinonjs/fake-timers@15', 'ws@8'];

/** Runs a command in a folder; throws with its output where it fails. */
export type Shell = (cwd: string, command: string, ...args: string[]) => Promise<string>;

interface Scenes {
  serve(lib: typeof ws): Promise<ws.WebSocketServer>;
}

/** @returns what was tried */
export async function checkFakeTimers(root: string, folder: string, sh: Shell): Promise<string[]> {
  await sh(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--no-save', ...JEST);
  // The rest of it is there, with all of test/package.
  const users = join(folder, 'timers');
  const scenes = join(root, 'test/timers/scenes.cjs');
  await cp(scenes, join(users, 'scenes.cjs'));
  const server = await (createRequire(import.meta.url)(scenes) as Scenes).serve(ws);
  const unused = createServer();
  const deadPort = await new Promise<number>((resolve) => {
    unused.listen(0, '127.0.0.1', () => resolve((unused.address() as { port: number }).port));
  });
  await new Promise((resolve) => unused.close(resolve));
  const { port } = server.address() as { port: number };
  const tried: string[] = [];
  try {
    for (const testEnvironment of ['node', 'jsdom']) {
      const config = `jest.${testEnvironment}.json`;
      await writeFile(
        join(users, config),
        JSON.stringify({ testEnvironment, testMatch: ['**/timers.test.cjs'], watchman: false }),
      );
      const env = [`PORT=${port}`, `DEAD_PORT=${deadPort}`];
      await sh(users, 'env', ...env, 'npx', 'jest', '--config', config, '--runInBand', '--forceExit');
      tried.push(`Jest, ${testEnvironment}`);
    }
    await sh(users, process.execPath, 'sinon.cjs');
    tried.push('Sinon');
  } finally {
    for (const peer of server.clients) peer.terminate();
    server.close();
  }
  return tried;
}
