/** The options as src/api/options/options.ts documents them, and the table of docs/options.md that is rendered from them. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const SOURCE = new URL('../../src/api/options/options.ts', import.meta.url);

/** What the doc comment and the type of one member say. */
export interface DocumentedOption {
  readonly name: string;
  /** As the source has it. */
  readonly type: string;
  /** For a number: `ms`, `bytes` or `count`. */
  readonly unit: string | undefined;
  /** Everything before the tags, on one line. */
  readonly text: string;
  /** The text of `@default`. */
  readonly byDefault: string;
}

/** How the text of a number begins. */
const UNITS: Readonly<Record<string, string>> = { Milliseconds: 'ms', Bytes: 'bytes', How: 'count' };

/** How a type is written in the table whose name says little to a reader. */
const TYPES: Readonly<Record<string, string>> = {
  'readonly string[]': 'string[]',
  'Record<string, unknown>': "ws's options",
  Clock: '{ setTimeout, clearTimeout, now }',
  DispatcherLike: 'undici Dispatcher',
  GlobalAbortSignal: 'AbortSignal',
  HeadersInput: 'record, Headers, Map, iterable of pairs',
  Inspect: "XState's inspect",
  Jitter: "'none' | 'equal' | 'full'",
  LookupFunction: 'net.LookupFunction',
  ReceiveQueueOptions: '{ maxBytes, maxMessages }',
  SendData: 'data',
  SendQueueOptions: '{ maxBytes, maxMessages, overflow }',
};

/** The members of an interface of options.ts, in order. */
export function documentedOptions(name = 'WebSocketOptions'): readonly DocumentedOption[] {
  const source = ts.createSourceFile(
    'options.ts',
    readFileSync(SOURCE, 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  );
  const found = source.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === name,
  );
  if (found === undefined) throw new Error(`options.ts has no interface ${name}`);
  return found.members.map((member) => documented(member as ts.PropertySignature));
}

function documented(member: ts.PropertySignature): DocumentedOption {
  const [comment] = ts.getJSDocCommentsAndTags(member);
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
  const text = oneLine(ts.isJSDoc(comment as ts.Node) ? (comment as ts.JSDoc).comment : '');
  const type = typeOf(member.type as ts.TypeNode);
  return {
    name: member.name.getText(),
    type,
    unit: type === 'number' ? UNITS[/^\w+/.exec(text)?.[0] ?? ''] : undefined,
    text,
    byDefault: oneLine(tag?.comment),
  };
}

const oneLine = (comment: ts.JSDoc['comment']): string =>
  (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\s+/g, ' ').trim();

/** The alternatives of a type, without `undefined`. */
function typeOf(type: ts.TypeNode): string {
  const parts = ts.isUnionTypeNode(type) ? [...type.types] : [type];
  const texts = parts.map((part) => {
    if (ts.isParenthesizedTypeNode(part)) return typeOf(part.type);
    const text = part.getText();
    if (text.startsWith('Provider<')) return 'provider';
    // A function, with the names of its parameters alone.
    if (ts.isFunctionTypeNode(part)) return text.replaceAll(/(\w+): \w+/g, '$1').replace('SendData', 'data');
    return TYPES[text] ?? text;
  });
  return texts.filter((text) => text !== 'undefined').join(' | ');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

/** A value of JavaScript, with an explanation in parentheses or not; all else is words. */
const VALUE = /^('[^']*'|\{.*\}|-?[\w.]+)( \(.*\))?$/;

/** Splits the text of `@default`: a value of JavaScript and what explains it, or words. */
export function defaultOf(byDefault: string): { readonly value: string | undefined; readonly words: string } {
  const [, value, words = ''] = VALUE.exec(byDefault) ?? [];
  if (value === undefined || value === 'none') return { value: undefined, words: byDefault };
  return { value, words };
}

function row({ name, type, unit, text, byDefault }: DocumentedOption): string {
  const { value, words } = defaultOf(byDefault);
  const shown = value === undefined ? words : `${code(value)}${words}`;
  return `| ${[code(name), code(unit ?? type), shown, text].map(cell).join(' | ')} |`;
}

const MARK = '<!-- options -->';

/** A page with the table between its two marks rendered anew. */
export function withOptionsTable(page: string): string {
  const [before, , after, ...more] = page.split(MARK);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`The page needs two marks ${MARK}, before and after the table`);
  const head = ['| name | type | default | meaning |', '| --- | --- | --- | --- |'];
  return [before, `\n\n${[...head, ...documentedOptions().map(row)].join('\n')}\n\n`, after].join(MARK);
}
