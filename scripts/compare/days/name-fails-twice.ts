import dns from 'node:dns';
import { type Day, fails, passes } from '../day.js';

type Callback = (error: Error | null, ...found: unknown[]) => void;

export const day: Day = {
  name: 'name-fails-twice',
  group: 'dial',
  title: 'the name does not resolve at first',
  story:
    'The machine has just booted, and the name resolves only at the third try (`EAI_AGAIN`); the client is expected to go on dialling and to open.',
  sources: [
    { name: 'jjxxs/websocket-ts#41', url: 'https://github.com/jjxxs/websocket-ts/issues/41' },
    { name: 'websockets/ws#2222', url: 'https://github.com/websockets/ws/issues/2222' },
    { name: 'happner/happn#179', url: 'https://github.com/happner/happn/issues/179' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    let failures = 2;
    const lookup = (_name: string, options: { readonly all?: boolean }, callback: Callback): void => {
      if (failures > 0) {
        failures -= 1;
        const error = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
        process.nextTick(callback, error);
      } else if (options.all === true) {
        process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }]);
      } else {
        process.nextTick(callback, null, '127.0.0.1', 4);
      }
    };
    Object.assign(dns, { lookup });
    const session = client.open(`ws://server.test:${server.port}/`);
    return (await tools.until(() => session.isOpen, 8000)) ? passes('opens') : fails('gives up');
  },
};
