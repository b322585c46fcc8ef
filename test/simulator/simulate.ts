/** Running seeds, and making a failing one short. */
import { type Action, PLAIN, type Script, type Settings, scriptOf } from './script.js';
import { World } from './world.js';

/** A script under which something is wrong. */
export interface Finding {
  readonly script: Script;
  readonly error: Error;
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** What is wrong under `script`, if something is. */
export async function whyItFails(script: Script): Promise<Error | undefined> {
  try {
    await new World(script).run();
    return undefined;
  } catch (thrown) {
    return asError(thrown);
  }
}

export async function trySeed(seed: number, fixed?: Partial<Settings>): Promise<Finding | undefined> {
  const script = scriptOf(seed, fixed);
  const error = await whyItFails(script);
  return error === undefined ? undefined : { script, error };
}

/** Everything that happens under `script`, line by line, with its failure, if any, at the end. */
export async function traceOf(script: Script): Promise<readonly string[]> {
  const world = new World(script, true);
  try {
    await world.run();
    return [...world.log, 'nothing is wrong'];
  } catch (thrown) {
    return [...world.log, asError(thrown).message];
  }
}

/**
 * The shortest script that still fails: parts of the actions are left out, ever smaller ones (Zeller's delta
 * debugging), then each setting is made plain.
 */
export async function shorten(
  { script, error }: Finding,
  fails: (script: Script) => Promise<Error | undefined> = whyItFails,
): Promise<Finding> {
  let best: Finding = { script, error };
  const attempt = async (changed: Partial<Script>): Promise<boolean> => {
    const candidate = { ...best.script, ...changed };
    const failure = await fails(candidate);
    if (failure !== undefined) best = { script: candidate, error: failure };
    return failure !== undefined;
  };
  let size = Math.ceil(best.script.actions.length / 2);
  while (size >= 1) {
    let hasShrunk = false;
    for (let start = 0; start < best.script.actions.length; ) {
      const actions: readonly Action[] = best.script.actions.toSpliced(start, size);
      if (await attempt({ actions })) hasShrunk = true;
      else start += size;
    }
    // At the end once more, for as long as single actions can still go.
    if (size > 1) size = Math.ceil(size / 2);
    else if (!hasShrunk) break;
  }
  for (const name of Object.keys(PLAIN) as (keyof Settings)[]) {
    await attempt({ settings: { ...best.script.settings, [name]: PLAIN[name] } });
  }
  return best;
}

/** A finding, for people. */
export function tell({ script, error }: Finding): string {
  const changed = Object.entries(script.settings).filter(
    ([name, value]) => PLAIN[name as keyof Settings] !== value,
  );
  return [
    `seed ${script.seed}: ${error.message}`,
    `  options: ${changed.map(([name, value]) => `${name} ${value}`).join(', ') || 'the plain ones'}`,
    ...script.actions.map((action) => `  ${JSON.stringify(action)}`),
  ].join('\n');
}
