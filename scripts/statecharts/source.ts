/**
 * The chart as TypeScript that stands alone: what Stately Studio and its editor import, and anybody can run.
 *
 * Owns: the shape of that file. Guards, actions and delays keep their names and lose what they do; formatting
 * is Biome's, so that the file passes the checks like any other.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chartConfig, chartDelays, chartEvents, chartTags, implementationNames, type Json } from './chart.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function toTypeScript(): string {
  const events = chartEvents().map((type) => `| { type: '${type}' }`);
  const tags = chartTags().map((tag) => `| '${tag}'`);
  const delays = chartDelays().map(([name, ms]) => `${name}: ${ms},`);
  const guards = implementationNames('guards').map((name) => `${name}: () => true,`);
  const actions = implementationNames('actions').map((name) => `${name}: () => {},`);
  return format(`
/**
 * The statechart of one connection, for Stately Studio, its editor and its VS Code extension.
 *
 * Written by scripts/statecharts.ts from src/machine: do not edit. Here guards are true, actions do nothing
 * and delays are the defaults in ms; the chart that runs is \`connectionMachine\` from \`recker/machine\`.
 */
import { fromCallback, setup } from 'xstate';

export const connectionChart = setup({
  types: {
    events: {} as ${events.join('\n')},
    tags: {} as ${tags.join('\n')},
  },
  actors: { socket: fromCallback(() => {}) },
  delays: { ${delays.join('\n')} },
  guards: { ${guards.join('\n')} },
  actions: { ${actions.join('\n')} },
}).createMachine(${literal(chartConfig())});
`);
}

/** JSON as a literal of TypeScript: keys lose the quotes that they do not need, which Biome leaves alone. */
function literal(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`;
    return `${name}: ${literal(inner)}`;
  });
  return `{\n${entries.join(',\n')}\n}`;
}

function format(source: string): string {
  const biome = `${ROOT}node_modules/@biomejs/biome/bin/biome`;
  return execFileSync(process.execPath, [biome, 'format', '--stdin-file-path=statecharts/connection.ts'], {
    cwd: ROOT,
    input: source,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}
