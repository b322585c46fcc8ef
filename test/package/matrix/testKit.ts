// The test kit, which needs Node's types.
import { createClient } from 'recker';
import { connectionPaths, FaultServer, fakeTransport, VirtualClock } from 'recker/testing';

const ws = createClient().ws('wss://x', { transport: fakeTransport(), clock: new VirtualClock() });

export async function run(): Promise<unknown> {
  const server = await FaultServer.start({ port: undefined, tls: undefined });
  return [ws.state, server.url('/'), connectionPaths({ policy: { heartbeatInterval: undefined } }).length];
}
