/**
 * The verdicts that docs/comparison.md shows: a file of scripts/compare/results for each day, so that a day can be run
 * and written alone, and what they were measured with.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type ClientName, clientNames } from './client.js';
import type { Verdict } from './day.js';

const FOLDER = new URL('results/', import.meta.url);
const ENVIRONMENT = new URL('environment.json', FOLDER);

export type Verdicts = Partial<Record<ClientName, Verdict>>;

/** What the verdicts were measured with. */
export interface Environment {
  readonly node: string;
  /** The Node of the native column. */
  readonly native: string;
  readonly versions: Partial<Record<ClientName, string>>;
}

const fileOf = (day: string): URL => new URL(`${day}.json`, FOLDER);

export function readVerdicts(day: string): Verdicts {
  const file = fileOf(day);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Verdicts) : {};
}

export function writeVerdicts(day: string, verdicts: Verdicts): void {
  const all = { ...readVerdicts(day), ...verdicts };
  writeJson(fileOf(day), Object.fromEntries(clientNames.map((name) => [name, all[name]])));
}

/** The days of which there are verdicts. */
export const judged = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file !== 'environment.json')
    .map((file) => file.replace(/\.json$/, ''));

export const readEnvironment = (): Environment =>
  JSON.parse(readFileSync(ENVIRONMENT, 'utf8')) as Environment;

export const writeEnvironment = (environment: Environment): void => writeJson(ENVIRONMENT, environment);

function writeJson(file: URL, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
