/**
 * Bursts leave as one write: the first message of a tick corks its socket, the end of the tick uncorks it.
 *
 * Owns which sockets are corked, for all connections of the process, so that a tick costs one `nextTick`.
 * A process that exits within the tick still delivers, as with raw `ws`: one `exit` hook uncorks.
 */
import type { Socket } from 'node:net';

const corked = new Set<Socket>();
let hooked = false;

/** Corks `socket` until the end of the tick. */
export function cork(socket: Socket): void {
  if (corked.has(socket)) return;
  if (corked.size === 0) process.nextTick(uncorkAll);
  if (!hooked) {
    hooked = true;
    process.once('exit', uncorkAll);
  }
  corked.add(socket);
  socket.cork();
}

/** Lets what `socket` holds leave now. */
export function uncorkNow(socket: Socket): void {
  if (corked.delete(socket)) socket.uncork();
}

function uncorkAll(): void {
  for (const socket of corked) socket.uncork();
  corked.clear();
}
