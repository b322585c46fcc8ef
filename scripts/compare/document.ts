/** Writes docs/comparison.md, and the short table of README.md, from the days and their verdicts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientName, clientNames } from './client.js';
import { type Day, type Group, groups, type Source, type Verdict } from './day.js';
import { type Environment, readEnvironment, readVerdicts, type Verdicts } from './results.js';

export const PAGE = new URL('../../docs/comparison.md', import.meta.url);
export const README = new URL('../../README.md', import.meta.url);
const BEGIN = '<!-- The table is written by `npm run compare`. -->';
const END = '<!-- The end of the table. -->';
/** The most rows of the short table. */
export const MOST_SHORT = 12;

const titles: Record<ClientName, string> = {
  recker: '**recker**',
  ws: 'ws',
  partysocket: 'partysocket',
  'reconnecting-websocket': 'reconnecting-websocket',
  'websocket-ts': 'websocket-ts',
  'recker@1': 'recker 1.x',
  undici: 'undici',
  native: 'native',
};
/** What the reader has to know of a section. */
const intros: Partial<Record<Group, string>> = {
  page: `A page of a real Chromium holds the client, bundled as for a user's page, over the page's own \`WebSocket\`. recker is used as
[In a page](in-a-page.md) shows, with a heartbeat by message. No other client here has one for pages. The delays between
dials are the same for all; where a day is about a back-off they grow to half a minute.

`,
};
const marks: Record<Verdict['result'], string> = { yes: '✓', no: '✗', none: '–' };

/** What the reader has to know of each column. */
function columns({ versions, node, native }: Environment): string {
  const used: Record<ClientName, string> = {
    recker: 'this library: `reconnect: true`, `maxReconnectAttempts: 0`',
    ws: 'the heartbeat of its README, `handshakeTimeout`, `closeTimeout`, a loop that dials again on `close`',
    partysocket: 'over ws, with `connectionTimeout` and its delays; its queue is on',
    'reconnecting-websocket': 'over ws, with `connectionTimeout` and its delays; its queue is on',
    'websocket-ts': 'over ws, with `ArrayQueue` and `ExponentialBackoff`',
    'recker@1': '`reconnect: true`, `maxReconnectAttempts: 0`, its heartbeat',
    undici: 'with an `Agent` that has a connect timeout, a loop that dials again on `close`',
    native: `the global \`WebSocket\` of Node ${native}, a loop that dials again on \`close\`; in pages, Chromium's`,
  };
  const rows = clientNames.map((name) => `| ${titles[name]} | ${versions[name] ?? '–'} | ${used[name]} |`);
  return `On Node ${node}.\n\n| column | version | how it is used |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

const cell = (verdict: Verdict | undefined): string =>
  verdict === undefined ? '?' : `${marks[verdict.result]} ${verdict.word}`.trim().replaceAll('|', '\\|');

const head = (first: string): string =>
  `| ${first} | ${clientNames.map((name) => titles[name]).join(' | ')} |\n|${' --- |'.repeat(clientNames.length + 1)}`;

const linked = ({ name, url }: Source): string => (url === undefined ? name : `[${name}](${url})`);

function section(group: Group, days: readonly Day[], verdicts: (day: string) => Verdicts): string {
  const rows = days.map((day) => {
    const found = verdicts(day.name);
    return `| [${day.title}](#${day.name}) | ${clientNames.map((name) => cell(found[name])).join(' | ')} |`;
  });
  const stories = days.map(
    (day) =>
      `### ${day.name}\n\n${day.story}\n${day.why === undefined ? '' : `${day.why}\n`}Source: ${day.sources.map(linked).join('; ')}.\n\n\`npm run compare -- --day ${day.name}\``,
  );
  return `## ${groups[group]}\n\n${intros[group] ?? ''}${head('day')}\n${rows.join('\n')}\n\n${stories.join('\n\n')}`;
}

export function pageOf(
  days: readonly Day[],
  verdicts: (day: string) => Verdicts = readVerdicts,
  environment: Environment = readEnvironment(),
): string {
  const sections = (Object.keys(groups) as Group[]).flatMap((group) => {
    const inside = days.filter((day) => day.group === group);
    return inside.length === 0 ? [] : [section(group, inside, verdicts)];
  });
  const count = (name: ClientName, result: Verdict['result']): number =>
    days.filter((day) => verdicts(day.name)[name]?.result === result).length;
  const sums = (Object.keys(marks) as Verdict['result'][]).map(
    (result) => `| ${marks[result]} | ${clientNames.map((name) => count(name, result)).join(' | ')} |`,
  );
  return `# Comparison

This page is written by \`npm run compare -- --write\`. It shows ${days.length} bad days, each with eight clients. One command
repeats one cell, in a clone of this repository:

\`\`\`sh
npm run compare -- --day half-open-idle --client ws
\`\`\`

✓ means that the client did what its user expects, ✗ that it did not, and – that it does not offer this, by design. The
words say what was seen. Each cell is a process of its own, with real sockets and in real time. A process that ends or
hangs is a ✗.

**The rule.** Each client is used as its own documentation recommends, with the options that serve best on that day: a
heartbeat, a queue and a limit for dialling where it has them or its documentation shows one, and the same times for all.
Where a client does not reconnect, the usual loop stands around it: dial again on \`close\`, after a delay that doubles
with each failed dial. Nothing else is added: what a user could write is not the client's. The same code judges all of them.

${columns(environment)}

${head('sum')}
${sums.join('\n')}

${sections.join('\n\n')}
`;
}

/** README.md with the short table. */
export function readmeWith(
  text: string,
  days: readonly Day[],
  verdicts: (day: string) => Verdicts = readVerdicts,
): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('README.md has no place for the table');
  const rows = days.flatMap((day) =>
    day.short === undefined
      ? []
      : [
          `| ${day.short} | ${clientNames
            .map((name) => marks[verdicts(day.name)[name]?.result ?? 'none'])
            .join(' | ')} |`,
        ],
  );
  return `${text.slice(0, begin)}${BEGIN}\n\n${head('')}\n${rows.join('\n')}\n\n${text.slice(end)}`;
}

export function writeDocuments(days: readonly Day[]): void {
  writeFileSync(PAGE, pageOf(days));
  writeFileSync(README, readmeWith(readFileSync(README, 'utf8'), days));
}
