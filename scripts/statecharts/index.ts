/**
 * All files of statecharts/ that are written by machine, by name.
 *
 * Owns: the list. Must not know: where they are kept.
 */
import { chartConfig } from './chart.js';
import { layOut } from './layout.js';
import { toMermaid } from './mermaid.js';
import { toTypeScript } from './source.js';
import { toSvg } from './svg.js';

/** What each file has to hold, from the machine as it is now. */
export async function renderStatecharts(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['connection.json', `${JSON.stringify(chartConfig(), null, 2)}\n`],
    ['connection.ts', toTypeScript()],
    ['connection.mmd', toMermaid()],
    ['connection.svg', toSvg(await layOut())],
  ]);
}
