import { acceptOf, rawServer } from '../../../test/support/rawServer.js';
import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'informational-first',
  group: 'server',
  title: 'a 100 in front of the 101',
  story:
    'A proxy answers 100 (Continue) before the server’s 101; a client is expected to pass over informational answers (RFC 9110 §15.2) and to open.',
  sources: [{ name: 'RFC 9110 §15.2', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.2' }],
  quick: true,
  async run(client, tools) {
    const server = await rawServer((socket, head) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(head)}\r\n\r\n`,
      );
    });
    tools.atEnd(() => server.stop());
    const session = client.open(`ws://127.0.0.1:${server.port}/`);
    return (await tools.until(() => session.isOpen, 4000)) ? passes('opens') : fails('never opens');
  },
};
