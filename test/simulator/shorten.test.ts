/** What a finding is made into: a script from which nothing can be left out, as text that can be run again. */
import { describe, expect, it } from 'vitest';
import { FAULTS, firstFinding, withFault } from './faults.js';
import { PLAIN, type Script, type Settings, scriptOf, simplerThan } from './script.js';
import { type Finding, kindOf, shorten, whyItFails } from './simulate.js';
import { scriptIn, tell, textOf } from './text.js';

const SAMPLE = [
  'it does not reconnect after a Close of the peer',
  'what a message listener throws escapes into the socket',
  'reading stays paused when a full reader has been read',
];

/** Every script that one step of shortening makes of `script`. */
function* stepsFrom({ actions, settings, ...rest }: Script): Generator<Script> {
  for (const index of actions.keys()) yield { ...rest, settings, actions: actions.toSpliced(index, 1) };
  for (const name of Object.keys(PLAIN) as (keyof Settings)[])
    if (settings[name] !== PLAIN[name])
      yield { ...rest, actions, settings: { ...settings, [name]: PLAIN[name] } };
  for (const [index, action] of actions.entries())
    for (const simpler of simplerThan(action))
      yield { ...rest, settings, actions: actions.with(index, simpler) };
}

async function shortestOf(name: string): Promise<Finding> {
  const found = await firstFinding(100);
  if (found === undefined) throw new Error(`${name}: not found`);
  return shorten(found);
}

describe('a finding, made short', () => {
  it.each(SAMPLE)(
    'loses what is wrong with each further step: %s',
    async (name) => {
      const fault = FAULTS.find((each) => each.name === name);
      if (fault === undefined) throw new Error(`There is no fault ${name}`);
      await withFault(fault, async () => {
        const { script, error } = await shortestOf(name);
        expect(script.actions.length).toBeLessThan(8);
        for (const shorter of stepsFrom(script)) {
          const failure = await whyItFails(shorter);
          expect(failure && kindOf(failure), textOf(shorter)).not.toBe(kindOf(error));
        }
        // Printed for people, and run again as it is printed.
        const again = scriptIn(`in a log:\n${tell({ script, error })}\n  nothing else`);
        expect(again).toEqual(script);
        expect((await whyItFails(again))?.message).toBe(error.message);
      });
      expect(await whyItFails((await withFault(fault, () => shortestOf(name))).script)).toBeUndefined();
    },
    60_000,
  );

  it('is read as it was written, whatever its options', () => {
    for (const seed of [1, 2, 3, 4, 5]) expect(scriptIn(textOf(scriptOf(seed)))).toEqual(scriptOf(seed));
    expect(textOf({ seed: 7, settings: PLAIN, actions: [{ do: 'connect' }] })).toBe(
      '  {"seed":7,"options":{}}\n  {"do":"connect"}',
    );
    expect(() => scriptIn('{"do":"connect"}')).toThrow('A script begins with');
    expect(() => scriptIn('{"seed":1,"options":{"reconect":true}}')).toThrow('no option reconect');
  });
});
