/**
 * The ready driver for a server that knows nothing of paths. That each path runs is shown in test/cli/test.test.ts; here what
 * it says of servers with faults.
 */
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../../src/index.js';
import {
  FaultServer,
  runPath,
  type ServerPathClientOptions,
  type ServerPathUrl,
  serverPathDriver,
} from '../../../src/testing/index.js';
import { makeCertificates } from '../../support/certificates.js';
import { needs } from '../../support/tools.js';

const make = (url: ServerPathUrl, options: ServerPathClientOptions) => {
  const client = new ReckerWebSocket(url, options);
  client.on('error', () => {});
  return client;
};

const driverOf = (port: number) => serverPathDriver(`ws://127.0.0.1:${port}/room`, { patience: 1000, make });

const { paths, leftOut } = serverPathDriver('ws://127.0.0.1/', { make: () => expect.unreachable() });

const pathOf = (id: string) => paths.find((path) => path.id === id) ?? expect.unreachable();

it('needs a function that makes clients', () => {
  expect(() => serverPathDriver('ws://127.0.0.1:1/', {} as never)).toThrow(/needs make/);
});

it('says which paths it leaves out, and why', () => {
  expect(leftOut.length + paths.length).toBeGreaterThan(80);
  expect(leftOut.length).toBeLessThan(paths.length / 5);
  for (const { why } of leftOut) expect(why).toMatch(/cannot|would have to/);
});

describe('a server with a fault: the path names the step', () => {
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

needs('openssl')('a wss: server', () => {
  it('TLS is between the relay and the server, which gets the path and the host', async () => {
    const certificates = await makeCertificates();
    await using server = await FaultServer.start({ tls: certificates.server });
    const driver = serverPathDriver(server.url('/room').replace('//', '//me:secret@'), {
      tls: { ca: certificates.ca.cert },
      make,
    });
    await runPath(pathOf('session.closing.byUs:socket.closed'), driver);
    await certificates.remove();
    expect(server.seen.handshakes.map(({ url }) => url)).toEqual(['/room']);
    expect(server.seen.handshakes[0]?.headers).toMatchObject({
      host: `127.0.0.1:${server.port}`,
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
    });
  });
});
