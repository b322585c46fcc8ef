/**
 * All files of statecharts/ that are written by machine, by name.
 *
 * Owns: the list. Must not know: where they are kept.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

/** What src/recording/made.ts has to hold. @param statecharts what `renderStatecharts()` returned */
export function renderRecordingHeader(statecharts: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
    .update(statecharts.get('connection.json') ?? '')
    .digest('hex');
  const path = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string };
  return `/**
 * What a header says of this version. Written by scripts/statecharts.ts from statecharts/connection.json and package.json:
 * do not edit.
 */

/** The SHA-256 of statecharts/connection.json. */
export const CHART_HASH = '${hash}';
/** The version of this library. */
export const RECKER_VERSION = '${version}';
`;
}
