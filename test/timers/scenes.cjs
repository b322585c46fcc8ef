/**
 * Ten things that a client does by I/O alone, for tests in which every timer is faked: each ends without one firing. Plain
 * CommonJS, so that other test runners can play them.
 *
 * The server greets with `welcome`, echoes, and closes with 4000 where it is sent `bye`.
 */
'use strict';

const seen = (ws, event) => new Promise((resolve) => ws.once(event, (...args) => resolve(args)));

/** The next messages, the greeting aside. */
const messages = (ws, count) =>
  new Promise((resolve) => {
    const got = [];
    ws.on('message', ({ data }) => {
      if (data === 'welcome') return;
      got.push(typeof data === 'string' ? data : data.length);
      if (got.length === count) resolve(got);
    });
  });

/**
 * @param ReckerWebSocket the class
 * @param url of the server
 * @param deadPort where nobody listens
 * @param options of every client
 */
module.exports = (ReckerWebSocket, url, deadPort, options = {}) => {
  const open = async (more) => {
    const ws = new ReckerWebSocket(url, { ...options, ...more });
    ws.on('error', () => {});
    await ws.connect();
    return ws;
  };
  return {
    'a greeting that comes with the upgrade': async () => {
      const ws = new ReckerWebSocket(url, options);
      const greeting = seen(ws, 'message');
      await ws.connect();
      const [{ data }] = await greeting;
      await ws.close();
      return data;
    },
    'three messages of a tick': async () => {
      const ws = await open();
      const echoes = messages(ws, 3);
      for (const text of ['a', 'b', 'c']) ws.send(text);
      const got = await echoes;
      await ws.close();
      return got.join();
    },
    'messages queued before the connection': async () => {
      const ws = new ReckerWebSocket(url, options);
      const echoes = messages(ws, 2);
      ws.send('first');
      const sent = ws.send('second');
      await ws.connect();
      await sent;
      const got = await echoes;
      await ws.close();
      return got.join();
    },
    'bytes, and a drain': async () => {
      const ws = await open();
      const echoes = messages(ws, 1);
      await ws.send(new Uint8Array(300_000), { awaitDrain: true });
      const got = await echoes;
      await ws.close();
      return String(got);
    },
    'a loop of awaited sends': async () => {
      const ws = await open();
      const echoes = messages(ws, 600);
      for (let count = 0; count < 600; count += 1) await ws.send(String(count));
      const got = await echoes;
      await ws.close();
      return String(got.length);
    },
    'a Blob between texts': async () => {
      const ws = await open();
      const echoes = messages(ws, 3);
      ws.send('before');
      ws.send(new Blob(['12345']));
      ws.send('after');
      const got = await echoes;
      await ws.close();
      return got.join();
    },
    iteration: async () => {
      const ws = await open();
      const got = [];
      ws.send('one');
      ws.send('two');
      for await (const { data } of ws) {
        if (data !== 'welcome') got.push(data);
        if (got.length === 2) break;
      }
      await ws.close();
      return got.join();
    },
    'a closing handshake of ours': async () => {
      const ws = await open();
      const closed = seen(ws, 'close');
      await ws.close(4001, 'done');
      const [code, reason] = await closed;
      return `${code} ${reason} ${ws.state}`;
    },
    'a closing handshake of the peer': async () => {
      const ws = await open();
      const closed = seen(ws, 'close');
      ws.send('bye');
      const [code] = await closed;
      return String(code);
    },
    'a dial that fails': async () => {
      const ws = new ReckerWebSocket(`ws://127.0.0.1:${deadPort}/`, options);
      ws.on('error', () => {});
      return ws.connect().then(
        () => 'open',
        (error) => error.name,
      );
    },
  };
};

module.exports.EXPECTED = {
  'a greeting that comes with the upgrade': 'welcome',
  'three messages of a tick': 'a,b,c',
  'messages queued before the connection': 'first,second',
  'bytes, and a drain': '300000',
  'a loop of awaited sends': '600',
  'a Blob between texts': 'before,5,after',
  iteration: 'one,two',
  'a closing handshake of ours': '4001 done closed',
  'a closing handshake of the peer': '4000',
  'a dial that fails': 'ConnectionError',
};

/** The server, of ws. */
module.exports.serve = async ({ WebSocketServer }) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (peer) => {
    peer.send('welcome');
    peer.on('message', (data, isBinary) => {
      if (String(data) === 'bye') peer.close(4000);
      else peer.send(data, { binary: isBinary });
    });
  });
  return server;
};
