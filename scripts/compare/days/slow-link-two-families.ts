import dns from 'node:dns';
import { type Day, fails, passes } from '../day.js';

type Callback = (error: Error | null, ...found: unknown[]) => void;

export const day: Day = {
  name: 'slow-link-two-families',
  group: 'dial',
  title: 'two families of addresses, and a handshake of a second',
  story:
    'The name has an IPv4 and an IPv6 address, IPv6 has no route, and the first SYN of each connection is lost, so that TCP takes a second; the client is expected to open.',
  sources: [
    { name: 'nodejs/node#54359', url: 'https://github.com/nodejs/node/issues/54359' },
    { name: 'nodejs/node#47822', url: 'https://github.com/nodejs/node/issues/47822' },
  ],
  namespace: true,
  async run(client, tools) {
    tools.prepareNamespace();
    const server = await tools.server();
    // The first SYN from each port is dropped; the kernel sends the second one a second later.
    tools.shell(
      "nft add set inet cut seen '{ type inet_service; flags dynamic,timeout; timeout 30s; }'; " +
        `nft add rule inet cut out tcp dport ${server.port} 'tcp flags & (syn|ack) == syn' 'tcp sport != @seen' add @seen '{ tcp sport }' drop`,
    );
    const all = [
      { address: '127.0.0.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ];
    const lookup = (_name: string, options: { readonly all?: boolean }, callback: Callback): void => {
      if (options.all === true) process.nextTick(callback, null, all);
      else process.nextTick(callback, null, '127.0.0.1', 4);
    };
    Object.assign(dns, { lookup });
    const session = client.open(`ws://server.test:${server.port}/`, {
      connectTimeout: 5000,
      heartbeat: 5000,
    });
    return (await tools.until(() => session.isOpen, 12_000)) ? passes('opens') : fails('never opens');
  },
};
