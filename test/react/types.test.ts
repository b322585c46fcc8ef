/** The types of `recker/react`, compiled as users would, strictly: what is right compiles, what is wrong does not. */
import ts from 'typescript';
import { expect, it } from 'vitest';
import { blocks } from '../docs/blocks.js';
import { compileProblems } from '../docs/compile.js';

const RIGHT = `
import { ReckerWebSocket, type ConnectionState, type WebSocketMessage, type ReckerError, type CloseInfo } from 'recker';
import { useConnectionState, useWebSocket, type UseWebSocketOptions, type WebSocketHandlers } from 'recker/react';

declare const ws: ReckerWebSocket;
declare const room: string | undefined;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export function Component() {
  const chat = useWebSocket('wss://chat.example.com', {
    reconnect: true,
    headers: () => ({ Authorization: 'Bearer 1' }),
    onOpen: ({ reconnected, headers }) => [reconnected satisfies boolean, headers],
    onMessage: (message) => message.isBinary ? message.data.byteLength : message.data.length,
    onClose: (code, reason, info) => [code satisfies number, reason satisfies string, info satisfies CloseInfo],
    onError: (error) => error.message,
    onReconnecting: (attempt, delay) => attempt + delay,
    onReconnectError: (error) => error.message,
    onMaxReconnectAttempts: () => {},
    onHeartbeatTimeout: async () => {},
    onPong: (rtt) => rtt.toFixed(),
    onState: (state, previous) => [state satisfies ConnectionState, previous satisfies ConnectionState],
    onUndelivered: (data, error) => [data, error.message],
  });
  const state: ConnectionState = chat.state;
  const message: WebSocketMessage | undefined = chat.lastMessage;
  const client: ReckerWebSocket | null = chat.ws;
  chat.send('x', { awaitDrain: true }).then(() => {});
  chat.sendJSON({ a: 1 });
  useWebSocket(null);
  useWebSocket(room === undefined ? null : \`wss://chat.example.com/\${room}\`, { onMessage: undefined });
  useWebSocket(new URL('wss://chat.example.com'));
  useWebSocket(({ attempt, signal, lastFailure }) => \`wss://chat.example.com/?\${attempt}\${signal.aborted}\${lastFailure?.code}\`);
  useWebSocket(async () => 'wss://chat.example.com');
  useWebSocket(ws, { onMessage: () => {} });
  const shown: ConnectionState = useConnectionState(ws);
  useConnectionState(client);
  useConnectionState(undefined);
  const options: UseWebSocketOptions = { onError: (error: Error) => error, reconnectDelay: undefined };
  const handlers: WebSocketHandlers = options;
  const names: Equal<
    keyof WebSocketHandlers,
    | 'onOpen' | 'onMessage' | 'onClose' | 'onError' | 'onReconnecting' | 'onReconnectError' | 'onMaxReconnectAttempts'
    | 'onHeartbeatTimeout' | 'onPong' | 'onState' | 'onUndelivered'
  > = true;
  return [state, message, shown, handlers, names];
}
`;

/** One line each, and what the compiler has to complain about. */
const WRONG: Readonly<Record<string, RegExp>> = {
  'useWebSocket();': /Expected 1-2 arguments/,
  'useWebSocket(undefined);': /not assignable/,
  'useWebSocket(5);': /not assignable/,
  "useWebSocket('wss://x', { onMesage: () => {} });": /onMesage/,
  "useWebSocket('wss://x', { reconect: true });": /reconect/,
  "useWebSocket('wss://x', { onClose: (code: string) => code });": /onClose|not assignable/,
  "useWebSocket('wss://x').state = 'open';": /read-only/,
  "useWebSocket('wss://x').ws.send('x');": /possibly 'null'/,
  "useWebSocket('wss://x').send(5);": /not assignable/,
  "useConnectionState('wss://x');": /not assignable/,
};

it('compile as they should', { timeout: 120_000 }, () => {
  const wrong = Object.keys(WRONG).map(
    (line, n) =>
      [`wrong${n}`, `import { useConnectionState, useWebSocket } from 'recker/react';\n${line}\n`] as const,
  );
  const problems = compileProblems(new Map([['right', RIGHT], ...wrong]));
  expect(problems.filter((problem) => !problem.startsWith('wrong'))).toEqual([]);
  for (const [n, [line, expected]] of Object.entries(WRONG).entries()) {
    const own = problems.filter((problem) => problem.startsWith(`wrong${n}.`));
    expect(own, line).toHaveLength(1);
    expect(own[0]).toMatch(expected);
  }
});

it('the components of the documentation compile', { timeout: 120_000 }, () => {
  const components = blocks.filter(({ hasJsx }) => hasJsx);
  expect(components.length).toBeGreaterThan(3);
  const lib = ['lib.es2023.d.ts', 'lib.dom.d.ts'];
  const options = { jsx: ts.JsxEmit.ReactJSX, lib, types: [] };
  expect(compileProblems(new Map(components.map(({ at, code }) => [at, code])), options)).toEqual([]);
});
