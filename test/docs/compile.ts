/** Compiles code of the documentation as users would: strictly, against the entry points. */
import ts from 'typescript';
import { root } from './blocks.js';

/** The source of each entry point. */
export const ENTRIES = {
  recker: 'src/index.ts',
  'recker/machine': 'src/machine/public.ts',
  'recker/testing': 'src/testing/index.ts',
  'recker/inspect': 'src/inspect/index.ts',
  'recker/react': 'src/react/index.ts',
  'recker/websocket': 'src/websocket/index.ts',
} as const;

/** What the documentation uses of packages that are not installed here, as they declare it. */
const ELSEWHERE = `
declare module 'react-native' {
  export const AppState: {
    addEventListener(type: 'change', listener: (state: 'active' | 'background' | 'inactive') => void): { remove(): void };
  };
}
declare module '@react-native-community/netinfo' {
  const NetInfo: { addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void };
  export default NetInfo;
}
`;

/**
 * What the compiler says of these programs, each under its name.
 *
 * @param more of the compiler's options. With `jsx` the programs may contain it
 */
export function compileProblems(
  programs: ReadonlyMap<string, string>,
  more: ts.CompilerOptions = {},
): readonly string[] {
  const ending = more.jsx === undefined ? 'ts' : 'tsx';
  const sources = new Map(
    [...programs].map(([name, code]) => [`${root}test/docs/${name.replace(/\W/g, '_')}.${ending}`, code]),
  );
  const elsewhere = `${root}test/docs/elsewhere.d.ts`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    typeRoots: [`${root}node_modules/@types`],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [root + path]])),
    ...more,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => path === elsewhere || sources.has(path) || fileExists(path);
  host.readFile = (path) => (path === elsewhere ? ELSEWHERE : (sources.get(path) ?? readFile(path)));
  const program = ts.createProgram([...sources.keys(), elsewhere], options, host);
  return [...sources.keys()].flatMap((path) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ messageText, start, file }) => {
      const line =
        file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
      return `${path.split('/').pop()} +${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }),
  );
}
