import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-relative-url',
  title: "the URL is '/chat'",
  story:
    'A path alone stands for the server of the page, as in `new WebSocket("/chat")`. A user expects the same of a client.',
  sources: [{ name: 'whatwg/websockets#45', url: 'https://github.com/whatwg/websockets/pull/45' }],
  async play(world) {
    const server = world.site.acceptWebSockets();
    const paths: (string | undefined)[] = [];
    server.on('connection', (_socket, { url }) => paths.push(url));
    await world.load();
    await world.begin({}, '/chat');
    const isOpen = await world.until(() => world.isOpen(), 8000);
    for (const socket of server.clients) socket.terminate();
    return isOpen && paths[0] === '/chat' ? passes('connects') : fails('does not connect');
  },
});
