/**
 * The ready driver for a server that knows nothing of paths. That each path runs is shown in test/cli/test.test.ts; here what
 * it says of servers with faults.
 */
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../../src/index.js';
import { FaultServer, runPath, serverPathDriver } from '../../../src/testing/index.js';

const driverOf = (port: number) =>
  serverPathDriver(`ws://127.0.0.1:${port}/room`, {
    patience: 1000,
    make(url, options) {
      const client = new ReckerWebSocket(url, options);
      client.on('error', () => {});
      return client;
    },
  });

const { paths, leftOut } = serverPathDriver('ws://127.0.0.1/', { make: () => expect.unreachable() });

it('says which paths it leaves out, and why', () => {
  expect(leftOut.length + paths.length).toBeGreaterThan(80);
  expect(leftOut.length).toBeLessThan(paths.length / 5);
  for (const { why } of leftOut) expect(why).toMatch(/cannot|would have to/);
});

describe('a server with a fault: the path names the step', () => {
  const pathOf = (id: string) => paths.find((path) => path.id === id) ?? expect.unreachable();

  it('it leaves a Close without an answer', async () => {
    await using faulty = await FaultServer.start();
    faulty.ignoreClose();
    const running = runPath(pathOf('session.closing.byUs:socket.closed'), driverOf(faulty.port));
    await expect(running).rejects.toThrow(/"connection ends".*is closing and should be closed/);
  });

  it('it answers no Ping', async () => {
    await using faulty = await FaultServer.start();
    faulty.setPongs(false);
    const running = runPath(pathOf('session.open.awaitingPong:socket.ponged'), driverOf(faulty.port));
    await expect(running).rejects.toThrow('"Pong arrives"');
  });

  it('it refuses', async () => {
    await using faulty = await FaultServer.start();
    faulty.refuse(503);
    const running = runPath(pathOf('session.open:close'), driverOf(faulty.port));
    await expect(running).rejects.toThrow('"server accepts"');
  });
});
