import assert from 'node:assert/strict';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { httpBackend, type Library } from '../library.js';

const t = initTRPC.create();
const router = t.router({
  echo: t.procedure.input(z.string()).query(({ input }) => input),
  double: t.procedure.input(z.number()).mutation(({ input }) => input * 2),
});

export const trpc: Library = {
  name: '@trpc/client',
  serve: () =>
    httpBackend((server) => void applyWSSHandler({ wss: new WebSocketServer({ server }), router })),
  async connect(url, WebSocket) {
    let lost: (value: unknown) => void;
    const link = createWSClient({
      url,
      WebSocket,
      retryDelayMs: () => 20,
      onClose: (cause) => lost(cause),
    });
    const client = createTRPCClient<typeof router>({ links: [wsLink({ client: link })] });
    return {
      lost: new Promise((resolve) => {
        lost = resolve;
      }),
      async exchange() {
        assert.equal(await client.echo.query('héllo'), 'héllo');
        assert.equal(await client.double.mutate(21), 42);
      },
      close: () => link.close(),
    };
  },
};
