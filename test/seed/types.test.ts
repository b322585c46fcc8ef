/**
 * The seed's examples type-check as they stand, strictly, against the library's own types; and what it documents
 * as interfaces and as a class fits what the library exports.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { blocks, parts, type SeedBlock } from './examples.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The names that examples use without saying where they come from. */
const PRELUDE = `
import type { EventEmitter as NodeEmitter } from 'node:events';
import type { Dispatcher as UndiciDispatcher } from 'undici';
import * as recker from 'recker';
declare global {
  const client: recker.Client;
  const createClient: typeof recker.createClient;
  const ws: recker.ReckerWebSocket;
  const ReckerWebSocket: typeof recker.ReckerWebSocket;
  const EventEmitter: typeof NodeEmitter;
  type WebSocketMessage = recker.WebSocketMessage;
  type WebSocketOptions = recker.WebSocketOptions;
  type ProxyOptions = recker.ProxyOptions;
  type TLSOptions = recker.TLSOptions;
  type Dispatcher = UndiciDispatcher;
  const token: string;
  function getAuthToken(): string;
  function processData(data: unknown): Promise<void>;
  function updateDashboard(data: { cpu: number; memory: number; requests: number }): void;
  function showNotification(notification: unknown): void;
  function handleMessage(message: unknown): void;
  function alert(text: string): void;
  function useEffect(effect: () => () => void, dependencies: unknown[]): void;
}
`;

/** What an example that only declares something is held against, in the same module. */
const ASSERTIONS: Readonly<Record<string, string>> = {
  'Configuration Options': `
    import type { WebSocketOptions as Ours } from 'recker';
    export const everyDocumentedOptionIsTaken = (documented: WebSocketOptions): Ours => documented;
    export const noDocumentedOptionIsMissing: keyof Ours = '' as keyof WebSocketOptions;`,
  'Event-Based API › Message Type': `
    // Not the other way round: ours also says which of the two kinds of data goes with which \`isBinary\`.
    import type { WebSocketMessage as Ours } from 'recker';
    export const oursIsDocumented = (ours: Ours): WebSocketMessage => ours;`,
  'API Reference › Class: ReckerWebSocket': `
    import { ReckerWebSocket as Ours } from 'recker';
    export const oursIsDocumented = (ours: Ours): ReckerWebSocket => ours;
    export const madeAsDocumented: new (url: string, options?: WebSocketOptions) => ReckerWebSocket = Ours;`,
};

/** A block as modules: one, or one for each of its right and wrong parts, which declare the same names. */
function modulesOf(example: SeedBlock): string[] {
  const { heading, code } = example;
  if (/^\/\/ ✗/m.test(code)) {
    const { right, wrong } = parts(code);
    return [right, wrong];
  }
  // A class without bodies is a declaration, which a module writes with the word.
  return [`${code.replace(/^class /m, 'declare class ')}\n${ASSERTIONS[heading] ?? ''}`];
}

/** No such file exists; the compiler resolves imports as if it stood there. */
const pathOf = (name: string): string => join(ROOT, `test/seed/${name}.ts`);

/** Type-checks texts as modules of this package, in one program: the library's types are read once. */
function typeCheck(texts: ReadonlyMap<string, string>): { readonly file: string; readonly text: string }[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const all: ts.CompilerOptions = {
    ...options,
    // Examples are as they are documented; a declared type that only an assertion reads is no slip of theirs.
    isolatedModules: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
    baseUrl: ROOT,
    paths: { recker: ['./src/index.ts'] },
  };
  const host = ts.createCompilerHost(all);
  const onDisk = { read: host.readFile.bind(host), exists: host.fileExists.bind(host) };
  host.readFile = (name) => texts.get(name) ?? onDisk.read(name);
  host.fileExists = (name) => texts.has(name) || onDisk.exists(name);
  const source = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? source(name, version, ...rest)
      : ts.createSourceFile(name, text, version, true);
  };
  const program = ts.createProgram([...texts.keys()], all, host);
  return [...texts.keys()].flatMap((file) => {
    const of = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(of), ...program.getSemanticDiagnostics(of)].map((found) => ({
      file,
      text: `${lineOf(found)}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`,
    }));
  });
}

const lineOf = ({ file, start }: ts.Diagnostic): number =>
  file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;

/** Shows that the check is one: a wrong option name, a wrong listener and a wrong method. */
const WRONG = `client.websocket('/chat', { reconect: true });
ws.on('message', (message: number) => message);
ws.sned('x');`;

describe('the types', () => {
  it('let every example compile, strictly, and refuse what the seed does not have', () => {
    const headings = new Map<string, string>([[pathOf('prelude'), 'prelude']]);
    const texts = new Map([
      [pathOf('prelude'), PRELUDE],
      [pathOf('wrong'), WRONG],
    ]);
    for (const [number, example] of blocks.entries()) {
      for (const [part, text] of modulesOf(example).entries()) {
        texts.set(pathOf(`example-${number}-${part}`), text);
        headings.set(pathOf(`example-${number}-${part}`), example.heading);
      }
    }
    const problems = typeCheck(texts);
    const ofExamples = problems.filter(({ file }) => headings.has(file));
    expect(ofExamples.map(({ file, text }) => `${headings.get(file)} ${text}`)).toEqual([]);
    const ofWrong = problems.filter(({ file }) => file === pathOf('wrong'));
    expect(ofWrong.map(({ text }) => text.slice(0, 2))).toEqual(['1:', '2:', '3:']);
    // Two examples show a right and a wrong way, which are modules of their own.
    expect(headings.size).toBe(1 + blocks.length + 2);
  }, 60_000);
});
