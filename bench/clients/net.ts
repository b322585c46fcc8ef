/**
 * The ceiling: a bare TCP socket that speaks just enough WebSocket. Its handshake is a string, its frames are
 * masked in advance, and it counts what it receives without decoding it. No library can cost less.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame, FrameReader, Opcode } from '../wire.js';
import type { Client, Connection } from './client.js';

export const client: Client = { connect: (url) => dial(url, false) };

/** The same with the writes of a tick held back and sent as one, for the bursts. */
export const corkedClient: Client = { connect: (url) => dial(url, true) };

function dial(url: string, corked: boolean): Promise<Connection> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const key = randomBytes(16).toString('base64');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once('error', reject);
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    // The server sends nothing before it is asked to, so the first bytes are the answer and no more.
    socket.once('data', (answer: Buffer) => {
      socket.off('error', reject);
      socket.on('error', () => socket.destroy());
      if (answer.toString('latin1', 9, 12) !== '101') reject(new Error('no upgrade'));
      else resolve(wrap(socket, corked));
    });
  });
}

function wrap(socket: Socket, corked: boolean): Connection {
  let framed: string | Buffer | undefined;
  let frame: Buffer = Buffer.alloc(0);
  let held = false;
  const uncork = (): void => {
    held = false;
    socket.uncork();
  };
  const toFrame = (data: string | Buffer): Buffer => {
    if (data !== framed) {
      framed = data;
      frame = clientFrame(typeof data === 'string' ? Opcode.text : Opcode.binary, Buffer.from(data));
    }
    return frame;
  };
  return {
    onMessage(listener) {
      const reader = new FrameReader((opcode) => {
        if (opcode < Opcode.close) listener(undefined);
      }, false);
      socket.on('data', (chunk: Buffer) => reader.feed(chunk));
    },
    send(data) {
      if (corked && !held) {
        held = true;
        socket.cork();
        process.nextTick(uncork);
      }
      socket.write(toFrame(data));
    },
    close() {
      return new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.resume();
        socket.end(clientFrame(Opcode.close, Buffer.from([0x03, 0xe8])));
      });
    },
    pump(chunk, next) {
      const bytes = toFrame(chunk);
      return new Promise((resolve, reject) => {
        const step = (error?: Error | null): void => {
          if (error) reject(error);
          else if (next()) socket.write(bytes, step);
          else resolve();
        };
        step();
      });
    },
  };
}
