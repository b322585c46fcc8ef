/**
 * A hundred incidents on real sockets: the check finds nothing in their recordings, and what was changed in them.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { checkRecording } from '../../src/testing/index.js';
import { Random } from '../support/random.js';
import { FALSIFICATIONS, falsify } from './falsify.js';
import { type Incident, recordIncidents } from './incidents.js';

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

  it('they visit most of the chart', () => {
    const covered = new Set(incidents.flatMap(({ text }) => checkRecording(text).covered));
    expect(covered.size).toBeGreaterThan(50);
  });

  it('one changed step of each is found', () => {
    const random = new Random(7);
    let changed = 0;
    for (let each = 0; changed < COUNT; each += 1) {
      const { seed, text } = incidents[each % COUNT] as Incident;
      const how = FALSIFICATIONS[changed % FALSIFICATIONS.length] ?? 'dropped';
      const falsified = falsify(text, how, random);
      if (falsified === undefined) continue;
      changed += 1;
      const { ok, divergence } = checkRecording(falsified);
      expect(ok, `seed ${seed}, ${how}: ${falsified}`).toBe(false);
      expect(divergence?.line).toBeGreaterThan(1);
    }
  });
});
