/** The relay between raw sockets: what passes, what does not, and that no order of calls hurts. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpRelay } from '../../src/testing/relay.js';
import { resetSocket } from '../../src/testing/sockets.js';

/** Everything a socket has received, and methods to wait for it. */
function watch(socket: Socket) {
  const seen = { text: '', ended: false, error: '' };
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const check of waiting) check();
  };
  socket.on('data', (bytes) => {
    seen.text += bytes.toString('latin1');
    changed();
  });
  socket.on('end', () => {
    seen.ended = true;
    changed();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? error.message;
    changed();
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!done()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { socket, seen, closed, until, text: (text: string) => until(() => seen.text === text) };
}

const server = createServer({ allowHalfOpen: true });
const accepted: ReturnType<typeof watch>[] = [];
server.on('connection', (socket) => accepted.push(watch(socket)));
let relay: TcpRelay;

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay = await TcpRelay.start({ port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  await relay.close();
  for (const { socket } of accepted.splice(0)) socket.destroy();
  server.close();
  await once(server, 'close');
});

const dial = (port = relay.port) => watch(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));

/** A client, and the server's end of its connection. */
async function pair() {
  const client = dial();
  const [socket] = (await once(server, 'connection')) as [Socket];
  const peer = accepted.find((one) => one.socket === socket);
  if (peer === undefined) throw new Error('no such connection');
  return { client, peer };
}

/** Lets bytes cross the loopback that are not stopped: several rounds of a third connection's traffic would do too. */
const grace = () => new Promise((resolve) => setTimeout(resolve, 40));

describe('TcpRelay', () => {
  it('relays both directions and counts', async () => {
    const { client, peer } = await pair();
    client.socket.write('ping');
    await peer.text('ping');
    peer.socket.write('answer');
    await client.text('answer');
    expect(relay).toMatchObject({ connections: 1, total: 1, bytesToServer: 4, bytesToClient: 6 });
    expect(relay.url('/x')).toBe(`ws://127.0.0.1:${relay.port}/x`);
    client.socket.destroy();
    await peer.until(() => peer.seen.ended);
  });

  it('passes a FIN as a FIN, after the bytes before it', async () => {
    const { client, peer } = await pair();
    client.socket.end('last words');
    await peer.until(() => peer.seen.ended);
    expect(peer.seen.text).toBe('last words');
    peer.socket.end('and yours');
    await client.closed;
    expect(client.seen).toEqual({ text: 'and yours', ended: true, error: '' });
    expect(relay.connections).toBe(0);
  });

  it('passes a lot of bytes, with backpressure', async () => {
    const { client, peer } = await pair();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let i = 0; i < 16; i++) peer.socket.write(chunk);
    peer.socket.end();
    await client.until(() => client.seen.ended);
    expect(client.seen.text.length).toBe(16 * chunk.length);
    client.socket.end();
    await client.closed;
  });

  it('freezes and thaws: nothing is lost, nothing passed meanwhile, not even an end', async () => {
    const { client, peer } = await pair();
    relay.freeze();
    client.socket.write('up');
    peer.socket.end('down');
    await grace();
    expect([client.seen.text, client.seen.ended, peer.seen.text]).toEqual(['', false, '']);
    relay.thaw();
    await peer.text('up');
    await client.until(() => client.seen.ended);
    expect(client.seen.text).toBe('down');
  });

  it('does not pass an RST while frozen, and passes it at the thaw', async () => {
    const { client, peer } = await pair();
    peer.socket.write('x');
    await client.text('x');
    relay.freeze();
    peer.socket.resetAndDestroy();
    await peer.closed;
    await grace();
    expect([client.seen.error, relay.connections]).toEqual(['', 1]);
    relay.thaw();
    await client.closed;
    expect(client.seen.error).toBe('ECONNRESET');
  });

  it('freezes and drops: the thaw replays nothing', async () => {
    const { client, peer } = await pair();
    relay.freeze({ drop: true });
    client.socket.write('lost');
    const mute = dial();
    await once(mute.socket, 'connect');
    await grace();
    relay.thaw();
    client.socket.write('kept');
    await peer.text('kept');
    expect(relay).toMatchObject({ connections: 2, total: 2 });
    mute.socket.end();
    await mute.until(() => mute.seen.ended);
  });

  it('freezes a new connection', async () => {
    relay.freeze();
    const client = dial();
    client.socket.write('hello');
    await grace();
    expect(relay).toMatchObject({ connections: 1, bytesToServer: 0 });
    relay.thaw();
    while (accepted[0] === undefined) await once(server, 'connection');
    await accepted[0].text('hello');
  });

  it('delays each direction', async () => {
    const { client, peer } = await pair();
    relay.delay(60);
    const start = performance.now();
    client.socket.write('there');
    await peer.text('there');
    peer.socket.end('back');
    await client.until(() => client.seen.ended);
    expect(performance.now() - start).toBeGreaterThanOrEqual(119);
    relay.delay(0);
  });

  it('drips toward the client', async () => {
    const { client, peer } = await pair();
    relay.drip(2, 10);
    const sizes: number[] = [];
    client.socket.on('data', (bytes) => sizes.push(bytes.length));
    const start = performance.now();
    peer.socket.write('0123456789');
    await client.text('0123456789');
    expect(performance.now() - start).toBeGreaterThanOrEqual(39);
    expect(sizes.length).toBeGreaterThan(2);
    relay.drip(1, 60_000);
    peer.socket.write('abc');
    await grace();
    expect(client.seen.text).toBe('0123456789');
    relay.drip();
    await client.text('0123456789abc');
  });

  it('resets', async () => {
    const { client, peer } = await pair();
    relay.freeze();
    relay.reset();
    await Promise.all([client.closed, peer.closed]);
    expect([client.seen.error, peer.seen.error]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(relay.connections).toBe(0);
  });

  it('half-closes toward the client only', async () => {
    const { client, peer } = await pair();
    relay.halfClose();
    await client.until(() => client.seen.ended);
    client.socket.write('still going');
    await peer.text('still going');
    peer.socket.write('into the void');
    expect(peer.seen.ended).toBe(false);
    client.socket.end();
    await peer.until(() => peer.seen.ended);
    peer.socket.end();
    await client.closed;
    expect(client.seen.text).toBe('');
  });

  it('cuts after a number of bytes, live or next, and only once', async () => {
    const { client, peer } = await pair();
    relay.cutAfter(4);
    peer.socket.write('12');
    await client.text('12');
    peer.socket.write('3456');
    await client.until(() => client.seen.ended || client.seen.error !== '');
    expect(client.seen.text).toBe('1234');
    client.socket.destroy();
    await peer.until(() => peer.seen.ended);
    expect(relay.connections).toBe(0);
    relay.cutAfter(1);
    const second = await pair();
    second.peer.socket.write('ab');
    await second.client.text('a');
    const third = await pair();
    third.peer.socket.write('whole');
    await third.client.text('whole');
  });

  it('refuses and accepts on the same port, live connections unharmed', async () => {
    const { client, peer } = await pair();
    relay.refuse();
    relay.refuse();
    const refused = dial();
    await refused.closed;
    expect(refused.seen.error).toBe('ECONNREFUSED');
    client.socket.write('still here');
    await peer.text('still here');
    const accepting = relay.accept();
    relay.refuse();
    await Promise.all([accepting, relay.accept()]);
    const second = await pair();
    second.client.socket.write('back');
    await second.peer.text('back');
  });

  it('accepts silently', async () => {
    relay.silent();
    const mute = dial();
    mute.socket.write('anyone?');
    await once(mute.socket, 'connect');
    await grace();
    expect(relay).toMatchObject({ connections: 1, bytesToServer: 0 });
    await relay.accept();
    await pair();
    relay.reset();
    await mute.closed;
    expect(mute.seen.text).toBe('');
  });

  it('resets a client whose target is not there', async () => {
    await using lost = await TcpRelay.start({ port: relay.port });
    relay.refuse();
    const client = dial(lost.port);
    await client.closed;
    expect(client.seen.error).toBe('ECONNRESET');
    expect(lost.connections).toBe(0);
  });

  it('survives every order of calls', async () => {
    const actions = [
      () => relay.freeze(),
      () => relay.drip(1, 1),
      () => relay.halfClose(),
      () => relay.delay(1),
      () => relay.freeze({ drop: true }),
      () => relay.cutAfter(2),
      () => relay.thaw(),
      () => relay.reset(),
      () => relay.silent(),
      () => relay.refuse(),
      () => relay.accept(),
    ];
    // A small generator with a fixed seed: the same orders in every run.
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * below);
    };
    const clients: ReturnType<typeof dial>[] = [];
    for (let i = 0; i < 300; i++) {
      if (i % 3 === 0) clients.push(dial());
      const client = clients[random(clients.length)];
      if (client?.socket.writable === true) client.socket.write('some bytes');
      const peer = accepted[random(accepted.length)];
      if (peer?.socket.writable === true) peer.socket.write('other bytes');
      if (i % 5 === 0) peer?.socket.end();
      if (i % 7 === 0 && client !== undefined) resetSocket(client.socket);
      await actions[random(actions.length)]?.();
      if (i % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([relay.close(), relay.close()]);
    for (const { socket } of clients) socket.destroy();
    await Promise.all(clients.map(({ closed }) => closed));
    await relay.accept();
    for (const action of actions) await action();
    expect(relay.connections).toBe(0);
  });

  it('refuses nonsense', () => {
    expect(() => relay.delay(-1)).toThrow(RangeError);
    expect(() => relay.drip(Number.NaN)).toThrow(RangeError);
    expect(() => relay.cutAfter(2 ** 31)).toThrow(RangeError);
  });
});
