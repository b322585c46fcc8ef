/** A link that takes only so many bytes a second from the client. Answers pass at once. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** How often a slice passes, in ms. */
const EVERY = 20;

export interface SlowLink {
  readonly port: number;
  /** From now on nothing passes towards the server: TCP stays open. */
  cut(): void;
  stop(): Promise<void>;
}

/** @param rate bytes a second that pass towards `port` of 127.0.0.1 */
export async function slowLink(port: number, rate: number): Promise<SlowLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer({ highWaterMark: 16_384 }, (near) => {
    const far = connect(port, '127.0.0.1');
    far.pipe(near);
    const step = setInterval(() => {
      if (isCut) return;
      for (let left = (rate * EVERY) / 1000; left > 0; ) {
        const chunk = near.read(Math.min(left, near.readableLength)) as Buffer | null;
        if (chunk === null || chunk.length === 0) break;
        left -= chunk.length;
        far.write(chunk);
      }
      near.read(0);
    }, EVERY);
    const end = (): void => {
      clearInterval(step);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
