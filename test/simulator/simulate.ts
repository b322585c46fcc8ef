/** Running seeds, and making a failing one short. */
import { PLAIN, type Script, type Settings, scriptOf, simplerThan } from './script.js';
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

/** What is wrong, without the numbers of this run. */
export const kindOf = (error: Error): string => error.message.replace(/\d+/g, '#');

/**
 * The shortest script under which the same is wrong: parts of the actions are left out, ever smaller ones (Zeller's delta
 * debugging), each setting is made plain, and what is left is made simple. No single step of these makes the result shorter.
 */
export async function shorten(
  { script, error }: Finding,
  fails: (script: Script) => Promise<Error | undefined> = whyItFails,
): Promise<Finding> {
  let best: Finding = { script, error };
  const kind = kindOf(error);
  const attempt = async (changed: Partial<Script>): Promise<boolean> => {
    const candidate = { ...best.script, ...changed };
    const failure = await fails(candidate);
    const isSame = failure !== undefined && kindOf(failure) === kind;
    if (isSame) best = { script: candidate, error: failure };
    return isSame;
  };
  const leaveOut = async (size: number): Promise<boolean> => {
    let hasShrunk = false;
    for (let start = 0; start < best.script.actions.length; ) {
      if (await attempt({ actions: best.script.actions.toSpliced(start, size) })) hasShrunk = true;
      else start += size;
    }
    return hasShrunk;
  };
  const simplify = async (): Promise<boolean> => {
    let hasShrunk = false;
    for (const name of Object.keys(PLAIN) as (keyof Settings)[]) {
      const { settings } = best.script;
      if (
        settings[name] !== PLAIN[name] &&
        (await attempt({ settings: { ...settings, [name]: PLAIN[name] } }))
      )
        hasShrunk = true;
    }
    for (const [index, action] of best.script.actions.entries())
      for (const simpler of simplerThan(action))
        if (await attempt({ actions: best.script.actions.with(index, simpler) })) {
          hasShrunk = true;
          break;
        }
    return hasShrunk;
  };
  for (let size = Math.ceil(script.actions.length / 2); size > 1; size = Math.ceil(size / 2))
    await leaveOut(size);
  // What was needed may no longer be once something else is gone.
  for (let goesOn = true; goesOn; ) goesOn = [await leaveOut(1), await simplify()].includes(true);
  return best;
}
