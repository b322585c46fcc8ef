/** Every export of the entry points, and every public member of it, has a documentation comment. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from './blocks.js';
import { compileProblems, ENTRIES } from './compile.js';

const options: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  ).options,
  noEmit: true,
};
const program = ts.createProgram(
  Object.values(ENTRIES).map((path) => root + path),
  options,
);
const checker = program.getTypeChecker();

function exportsOf(path: string): readonly ts.Symbol[] {
  const source = program.getSourceFile(root + path) as ts.SourceFile;
  const module = checker.getSymbolAtLocation(source) as ts.Symbol;
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

/** Declared in this project, and part of what users see. */
function isPublic(symbol: ts.Symbol): boolean {
  const { declarations = [] } = symbol;
  return declarations.some(
    (declaration) =>
      declaration.getSourceFile().fileName.startsWith(`${root}src/`) &&
      !ts.isPrivateIdentifier(ts.getNameOfDeclaration(declaration) ?? declaration) &&
      !(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) &&
      !ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal'),
  );
}

/** The members of a class or an interface. What a type alias names is documented by the comment of the alias. */
function membersOf(symbol: ts.Symbol): readonly ts.Symbol[] {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return [];
  const hidden = ts.SymbolFlags.Constructor | ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Prototype;
  return [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])].filter(
    (each) => !(each.flags & hidden) && !each.name.startsWith('__') && isPublic(each),
  );
}

/** A member's own comment, or that of the member which it overrides or implements. */
const commentOf = (symbol: ts.Symbol): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

describe.each(Object.entries(ENTRIES))('%s', (_, path) => {
  const symbols = exportsOf(path);

  it('documents every export', () => {
    expect(symbols.length).toBeGreaterThan(5);
    expect(symbols.filter((each) => commentOf(each) === '').map(({ name }) => name)).toEqual([]);
  });

  it('documents every public member', () => {
    const missing = symbols.flatMap((symbol) =>
      membersOf(symbol)
        .filter((member) => commentOf(member) === '')
        .map((member) => `${symbol.name}.${member.name}`),
    );
    expect(missing).toEqual([]);
  });
});

/** The parts of the test kit that a reader begins with. */
const WITH_EXAMPLE = [
  'FaultServer',
  'TcpRelay',
  'VirtualClock',
  'fakeTransport',
  'connectionPaths',
  'runPath',
  'fakePathDriver',
  'checkRecording',
];

describe('the examples of recker/testing', () => {
  const examples = new Map(
    exportsOf(ENTRIES['recker/testing']).flatMap((symbol) =>
      symbol
        .getJsDocTags(checker)
        .filter(({ name }) => name === 'example')
        .map(({ text }) => [
          symbol.name,
          ts
            .displayPartsToString(text)
            .replace(/^```ts\n/, '')
            .replace(/```$/, ''),
        ]),
    ),
  );

  it('exist for the main parts', () => {
    expect([...examples.keys()]).toEqual(expect.arrayContaining(WITH_EXAMPLE));
  });

  it('compile', { timeout: 60_000 }, () => {
    expect(compileProblems(examples)).toEqual([]);
  });

  it('are the whole kit on its page', () => {
    const page = readFileSync(`${root}docs/testing.md`, 'utf8');
    const unnamed = exportsOf(ENTRIES['recker/testing']).filter(
      ({ name }) => !new RegExp(`\\b${name}\\b`).test(page),
    );
    expect(unnamed.map(({ name }) => name)).toEqual([]);
  });
});
