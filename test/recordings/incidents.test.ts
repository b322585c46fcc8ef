/**
 * A hundred incidents on real sockets: the check finds nothing in their recordings, and what was changed in them; and they
 * are replayed, on a client and by files for Vitest.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { checkRecording, replayRecording } from '../../src/testing/index.js';
import { Random } from '../support/random.js';
import { FALSIFICATIONS, falsify } from './falsify.js';
import { type Incident, recordIncidents } from './incidents.js';
import { failuresOf } from './replayFiles.js';

const COUNT = 100;

describe('a hundred incidents', () => {
  let incidents: Incident[] = [];

  beforeAll(async () => {
    incidents = await recordIncidents(1, COUNT);
  }, 60_000);

  it('the chart allows every step of them', () => {
    for (const { seed, acts, text } of incidents) {
      const { divergence, steps } = checkRecording(text);
      const lines = text.split('\n').slice(0, (divergence?.line ?? 0) + 1);
      expect(divergence, `seed ${seed}: ${acts.join(' ')}\n${lines.join('\n')}`).toBeUndefined();
      expect(steps).toBeGreaterThan(0);
    }
  });

  it('they visit much of the chart', () => {
    const covered = new Set(incidents.flatMap(({ text }) => checkRecording(text).covered));
    // About 55 of 94 transitions; on a machine that is busy with other things fewer of the short times are kept.
    expect(covered.size).toBeGreaterThan(25);
  });

  it('one changed step of each is found', () => {
    const random = new Random(7);
    let changed = 0;
    for (let each = 0; changed < COUNT && each < 10 * COUNT; each += 1) {
      const { seed, text } = incidents[each % COUNT] as Incident;
      const how = FALSIFICATIONS[changed % FALSIFICATIONS.length] ?? 'dropped';
      const falsified = falsify(text, how, random);
      if (falsified === undefined) continue;
      changed += 1;
      const { ok, divergence } = checkRecording(falsified);
      expect(ok, `seed ${seed}, ${how}: ${falsified}`).toBe(false);
      expect(divergence?.line).toBeGreaterThan(1);
    }
    expect(changed).toBe(COUNT);
  });

  it('a client comes to the same end, through the same states', { timeout: 30_000 }, async () => {
    const differences: string[] = [];
    for (const { seed, text } of incidents) {
      const replay = replayRecording(text);
      await replay
        .run((options) => new ReckerWebSocket('wss://example.com', options))
        .then(
          ({ states }) => expect(states.at(-1)).toBe(replay.steps.at(-1)?.state),
          (error) => differences.push(`${seed}: ${error.message}`),
        );
    }
    console.log(`${COUNT - differences.length} of ${COUNT} incidents replayed`, differences);
    expect(differences.length).toBeLessThanOrEqual(5);
  });

  it('so do the files that are written of them, with fewer steps', { timeout: 120_000 }, async () => {
    const files = new Map<string, string>();
    let recorded = 0;
    for (const { seed, text } of incidents) {
      const replay = replayRecording(text);
      recorded += replay.steps.length;
      files.set(`incident-${seed}`, replay.toVitest());
    }
    const kept = [...files.values()].join('').match(/^ {2}\/\/ \d+: /gm)?.length ?? 0;
    const failures = await failuresOf(files);
    console.log(
      `${recorded} steps recorded, ${kept} in the files, ${COUNT - failures.size} of ${COUNT} pass`,
    );
    expect([...failures]).toEqual([]);
    expect(kept).toBeLessThan(recorded);
  });
});
