/**
 * The other end of every measurement, in a process of its own. It speaks WebSocket over bare sockets, with
 * frames prepared in advance and payloads left untouched, so that the client under test is the bottleneck.
 *
 * What a connection does is said by its path:
 *   /push?size=&count=&text=   sends `count` messages as soon as the client has sent one
 *   /sink?every=               answers every `every` messages with a short one
 *   /echo                      sends back what it gets
 *   /idle                      answers pings, nothing else
 * and there are two plain HTTP requests: /cut drops every connection, /facts tells the dials since and the
 * frames that idle connections have sent.
 */
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { FrameReader, Opcode, serverFrame } from '../wire.js';

/** RFC 6455 §1.3. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Frames are written in lumps of about this size: one system call for many small messages. */
const LUMP_BYTES = 64 * 1024;
const LONGEST_REQUEST = 16 * 1024;

const open = new Set<Socket>();
let dials: number[] = [];
let beats = 0;

const server = createServer({ noDelay: true }, (socket) => {
  const arrived = Date.now();
  let request = Buffer.alloc(0);
  // Clients are killed in the middle of things; their resets are no news.
  socket.on('error', () => socket.destroy());
  const onData = (chunk: Buffer): void => {
    request = Buffer.concat([request, chunk]);
    const end = request.indexOf('\r\n\r\n');
    if (end < 0) {
      if (request.length > LONGEST_REQUEST) socket.destroy();
      return;
    }
    socket.off('data', onData);
    answer(socket, request.toString('latin1', 0, end), request.subarray(end + 4), arrived);
  };
  socket.on('data', onData);
});

function answer(socket: Socket, head: string, rest: Buffer, arrived: number): void {
  const target = new URL(head.split(' ')[1] ?? '/', 'http://bench');
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1];
  if (key === undefined) {
    control(socket, target.pathname);
    return;
  }
  dials.push(arrived);
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  const accept = createHash('sha1')
    .update(key + ACCEPT_GUID)
    .digest('base64');
  const reader = serve(socket, target);
  socket.on('data', (chunk: Buffer) => reader.feed(chunk));
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  if (rest.length > 0) reader.feed(rest);
}

function control(socket: Socket, path: string): void {
  if (path === '/cut') {
    dials = [];
    for (const victim of open) victim.destroy();
  }
  const body = JSON.stringify({ total: dials.length, peak: peakPer(100), beats });
  socket.end(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The most arrivals within any `windowMs`, wherever it begins. */
function peakPer(windowMs: number): number {
  const sorted = [...dials].sort((a, b) => a - b);
  let peak = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= windowMs) first++;
    peak = Math.max(peak, last - first + 1);
  }
  return peak;
}

function serve(socket: Socket, target: URL): FrameReader {
  const onData = dataHandler(socket, target);
  const isIdle = target.pathname === '/idle';
  return new FrameReader((opcode, payload) => {
    if (isIdle) beats++;
    if (opcode === Opcode.ping) socket.write(serverFrame(Opcode.pong, payload ?? Buffer.alloc(0)));
    else if (opcode === Opcode.close) socket.end(serverFrame(Opcode.close, payload ?? Buffer.alloc(0)));
    else if (opcode < Opcode.close) onData(opcode, payload);
  }, target.pathname === '/echo');
}

function dataHandler(socket: Socket, target: URL): (opcode: number, payload: Buffer | undefined) => void {
  const number = (name: string, fallback: number): number =>
    Number(target.searchParams.get(name) ?? fallback);
  switch (target.pathname) {
    case '/push': {
      const opcode = target.searchParams.has('text') ? Opcode.text : Opcode.binary;
      let started = false;
      return () => {
        if (!started) push(socket, opcode, number('size', 64), number('count', 1));
        started = true;
      };
    }
    case '/sink': {
      const every = number('every', 256);
      const ack = serverFrame(Opcode.text, Buffer.from('ack'));
      let received = 0;
      return () => {
        if (++received % every === 0) socket.write(ack);
      };
    }
    case '/echo':
      return (opcode, payload) => socket.write(serverFrame(opcode, payload ?? Buffer.alloc(0)));
    default:
      return () => {};
  }
}

/** Sends `count` messages as fast as the client reads them. */
function push(socket: Socket, opcode: number, size: number, count: number): void {
  const frame = serverFrame(opcode, Buffer.alloc(size, 'x'));
  const perLump = Math.max(1, Math.floor(LUMP_BYTES / frame.length));
  const lump = Buffer.concat(Array.from({ length: perLump }, () => frame));
  let left = count;
  const pump = (): void => {
    while (left > 0 && !socket.destroyed) {
      const now = Math.min(left, perLump);
      left -= now;
      const more = socket.write(now === perLump ? lump : lump.subarray(0, now * frame.length));
      if (!more) {
        socket.once('drain', pump);
        return;
      }
    }
  };
  pump();
}

// The backlog holds the 2,000 that come at once; the kernel caps it at somaxconn.
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
// The harness is gone: so are we.
process.on('disconnect', () => process.exit(0));
