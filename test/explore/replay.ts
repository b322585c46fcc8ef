/** A finding, for people, and as a test that runs. */
import { configurationNamed } from './configurations.js';
import type { Finding } from './explore.js';
import { take } from './steps.js';
import { type Plant, World } from './world.js';

/**
 * Takes the steps, and checks everything after each.
 *
 * @throws what is found to be wrong
 */
export async function replay(configuration: string, steps: readonly string[], plant?: Plant): Promise<World> {
  const world = new World(configurationNamed(configuration), plant);
  for (const step of steps) await take(world, step);
  return world;
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;

/** The path, readable, and the code of a file of tests. */
export function tell({ configuration, steps, what, goal }: Finding): string {
  return [
    `  ${configuration}: ${what}`,
    ...steps.map((step, index) => `    ${index + 1}. ${step}`),
    '  as a test, in test/explore:',
    `    import { ${goal === undefined ? '' : 'expect, '}it } from 'vitest';`,
    "    import { replay } from './replay.js';",
    '',
    `    it(${quoted(what)}, async () => {`,
    `      ${goal === undefined ? '' : 'const { client } = '}await replay(${quoted(configuration)}, [`,
    ...steps.map((step) => `        ${quoted(step)},`),
    '      ]);',
    ...(goal === undefined
      ? []
      : [`      expect([${goal.map(quoted).join(', ')}]).toContain(client.state);`]),
    '    });',
  ].join('\n');
}
