/**
 * docs/recording.schema.json: it has the members of the format, and every line of every recording fits it.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recorder } from '../../src/inspect/index.js';
import { OPTIONAL, REQUIRED } from '../../src/recording/format.js';
import { liveWithSecrets } from '../inspect/secrets.js';
import { scriptOf } from '../simulator/script.js';
import { World } from '../simulator/world.js';
import { exampleRecording } from './example.js';
import { recordIncidents } from './incidents.js';

interface Definition {
  readonly properties: Readonly<Record<string, { readonly type?: string }>>;
  readonly required: readonly string[];
}

const text = readFileSync(new URL('../../docs/recording.schema.json', import.meta.url), 'utf8');
const schema = JSON.parse(text) as { readonly $defs: Readonly<Record<string, Definition>> };

/** The schema lets readers ignore what they do not know; here nothing may be unknown. */
const strict = JSON.parse(text, (_, value: unknown) =>
  typeof value === 'object' && value !== null && 'properties' in value
    ? { ...value, additionalProperties: false }
    : value,
) as Parameters<typeof z.fromJSONSchema>[0];
const line = z.fromJSONSchema(strict);

function expectToFit(recording: string): void {
  for (const each of recording.trimEnd().split('\n')) {
    const { error } = line.safeParse(JSON.parse(each));
    expect(error?.message, each).toBeUndefined();
  }
}

describe('the schema', () => {
  it('has the members that are read', () => {
    const { properties, required } = schema.$defs.step as Definition;
    expect(Object.keys(properties)).toEqual([...Object.keys(REQUIRED), ...Object.keys(OPTIONAL)]);
    expect(required).toEqual(Object.keys(REQUIRED));
  });

  it('is described member by member on the page', () => {
    const page = readFileSync(new URL('../../docs/recordings.md', import.meta.url), 'utf8');
    const names = Object.values(schema.$defs).flatMap(({ properties }) => Object.keys(properties));
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('refuses what is no line', () => {
    expect(line.safeParse({ t: 1 }).success).toBe(false);
    expect(line.safeParse({ t: 1, c: '1', n: 1, event: 'connect', from: 'idle', to: 3 }).success).toBe(false);
  });

  it('fits the example, and a life with secrets', async () => {
    expectToFit(await exampleRecording());
    const recording = recorder();
    await liveWithSecrets(recording.inspect);
    expectToFit(recording.toNDJSON());
  });

  it('fits incidents', async () => {
    for (const incident of await recordIncidents(500, 12)) expectToFit(incident.text);
  });

  it('fits lives of the simulator', async () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const recording = recorder();
      await new World(scriptOf(seed), false, recording.inspect).run();
      expectToFit(recording.toNDJSON());
    }
  });
});
