/** The days that there are: one for each file of scripts/compare/days. */
import { readdirSync } from 'node:fs';
import { type Day, groups } from './day.js';

export const dayNames: readonly string[] = readdirSync(new URL('days/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

export async function loadDay(name: string): Promise<Day> {
  if (!dayNames.includes(name))
    throw new Error(`There is no day "${name}". There are: ${dayNames.join(', ')}`);
  const { day } = (await import(new URL(`days/${name}.ts`, import.meta.url).href)) as { readonly day: Day };
  if (day.name !== name) throw new Error(`days/${name}.ts calls itself "${day.name}"`);
  return day;
}

/** All days, by group and name. */
export async function loadDays(): Promise<readonly Day[]> {
  const days = await Promise.all(dayNames.map(loadDay));
  const order = Object.keys(groups);
  return days.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}
