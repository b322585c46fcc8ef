/**
 * Scripts as text: a line for the seed and the options that are not the plain ones, then a line for each action, in JSON.
 * Other lines are for people. What the simulator prints for a finding can be run again as it is.
 */
import { type Action, PLAIN, type Script, type Settings } from './script.js';
import type { Finding } from './simulate.js';

export function textOf({ seed, settings, actions }: Script): string {
  const changed = Object.entries(settings).filter(([name, value]) => PLAIN[name as keyof Settings] !== value);
  const head = { seed, options: Object.fromEntries(changed) };
  return [head, ...actions].map((line) => `  ${JSON.stringify(line)}`).join('\n');
}

/** A finding, for people and for {@link scriptIn}. */
export const tell = ({ script, error }: Finding): string =>
  `seed ${script.seed}: ${error.message}\n${textOf(script)}`;

/** The script in `text`, whatever lines for people are around it. */
export function scriptIn(text: string): Script {
  const lines = text
    .split('\n')
    .flatMap((line) => (line.trimStart().startsWith('{') ? [JSON.parse(line)] : []));
  const [head, ...actions] = lines as [{ seed?: unknown; options?: Partial<Settings> }?, ...Action[]];
  if (typeof head?.seed !== 'number') throw new Error('A script begins with {"seed":…,"options":{…}}');
  const unknown = Object.keys(head.options ?? {}).find((name) => !Object.hasOwn(PLAIN, name));
  if (unknown !== undefined) throw new Error(`A script has no option ${unknown}`);
  return { seed: head.seed, settings: { ...PLAIN, ...head.options }, actions };
}
