/** The types of the class: with the DOM library, with Node's types, with neither, and where libraries ask for a class. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the compiler says of a program in a file of that name. The sources are compiled as part of it. */
function problems(code: string, lib: readonly string[], types: readonly string[]): readonly string[] {
  const path = `${root}test/websocket/program.ts`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: lib.map((name) => `lib.${name}.d.ts`),
    types: [...types],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, target) =>
    name === path ? ts.createSourceFile(name, code, target) : getSourceFile(name, target);
  const program = ts.createProgram([path], options, host);
  const own = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(own), ...program.getSemanticDiagnostics(own)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
}

const IMPORT = `import { WebSocket, webSocketClass } from '../../src/websocket/index.js';\n`;

it('with the DOM library it is a WebSocket of the DOM', { timeout: 60_000 }, () => {
  const code = `${IMPORT}
const C: typeof globalThis.WebSocket = WebSocket;
const D: typeof globalThis.WebSocket = webSocketClass({ proxy: 'env' });
const instance: globalThis.WebSocket = new WebSocket('ws://h/');
const ws = new WebSocket(new URL('ws://h/'), ['a'], { rejectUnauthorized: false, headers: { a: 'b' } });
ws.onmessage = (event: MessageEvent<string>) => event.data;
ws.onclose = (event: CloseEvent) => event.code;
ws.onopen = function (this: globalThis.WebSocket, event: Event) {};
ws.addEventListener('message', ({ data }) => data.anything, { once: true, signal: new AbortController().signal });
ws.addEventListener('close', ({ code }: CloseEvent) => code);
const type: BinaryType = ws.binaryType;
ws.binaryType = 'nodebuffer';
ws.send(new Blob([]));
class Mine extends WebSocket {}
new Mine('ws://h/').client.on('pong', (rtt: number) => rtt);
// @ts-expect-error: no such type
ws.binaryType = 'fragments';
export { C, D, instance, type };`;
  expect(problems(code, ['es2022', 'dom'], [])).toEqual([]);
});

it('with Node’s types it is a WebSocket of Node', { timeout: 60_000 }, () => {
  const code = `${IMPORT}
const C: typeof globalThis.WebSocket = WebSocket;
const ws = new WebSocket('ws://h/', { headers: { a: 'b' } });
ws.onmessage = ({ data }) => data.anything;
ws.onclose = ({ code }) => code.toFixed();
ws.send(Buffer.from('x'));
export { C };`;
  expect(problems(code, ['es2022'], ['node'])).toEqual([]);
});

it('libraries take it without a cast', { timeout: 60_000 }, () => {
  const code = `${IMPORT}
import { createWSClient } from '@trpc/client';
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { WebSocketProvider } from 'ethers';
import { createClient } from 'graphql-ws';
import { wsconnect } from '@nats-io/nats-core';
import { WebSocket as PartySocket } from 'partysocket';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
createClient({ url: 'ws://h', webSocketImpl: WebSocket });
createWSClient({ url: 'ws://h', WebSocket });
createWSClient({ url: 'ws://h', WebSocket: webSocketClass({}) });
new PartySocket('ws://h', [], { WebSocket });
new WebsocketProvider('ws://h', 'room', new Y.Doc(), { WebSocketPolyfill: WebSocket });
new HocuspocusProviderWebsocket({ url: 'ws://h', WebSocketPolyfill: WebSocket });
new WebSocketProvider(() => new WebSocket('ws://h'));
wsconnect({ wsFactory: async (url) => ({ socket: new WebSocket(url), encrypted: false }) });`;
  expect(problems(code, ['es2022', 'dom', 'dom.iterable'], ['node'])).toEqual([]);
});
