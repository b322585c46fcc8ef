/**
 * Names: with addresses that are slow, dead, refusing or silent, and with DNS servers that are. On a network of the
 * test's own, with real packets that get lost (RFC 8305).
 */
import { expect, it } from 'vitest';
import { describeInNamespace, inNamespace, type Said } from './program.js';
import { inTime } from './support.js';

/** How long a busy machine may take for what takes no time of its own, in ms. */
const BUSY = 700;

const ROUTES = ['direct', 'http', 'socks'];

/** The lines of a kind, by the route that was dialled. */
async function byRoute(scene: ReturnType<typeof inNamespace>, kind: string): Promise<Record<string, Said>> {
  const lines = await Promise.all([1, 2, 3].map((n) => scene.says(kind, n)));
  const found = Object.fromEntries(lines.map((line) => [String(line.route), line]));
  expect(Object.keys(found).sort()).toEqual(ROUTES);
  return found;
}

describeInNamespace('a name with several addresses (nft)', () => {
  it('is dialled so that one slow, dead, refusing or silent address costs no dial', {
    timeout: 40_000,
  }, async () => {
    await using scene = inNamespace('addresses');

    // The handshake takes 1 s, four times as long as the delay between attempts.
    for (const [route, found] of Object.entries(await byRoute(scene, 'slow'))) {
      expect(found, route).toMatchObject({ dials: 1 });
      expect(found, route).not.toHaveProperty('error');
      inTime(`two families, SYN lost, ${route}`, Number(found.ms), 2000 + BUSY, 950);
    }
    expect(await scene.says('noIpv6')).not.toHaveProperty('error');
    // The baseline: Node gives the slow address up when it begins with the next.
    expect(await scene.says('noIpv6Raw')).toHaveProperty('error');

    for (const [route, { first, second }] of Object.entries(await byRoute(scene, 'dead'))) {
      expect([first, second], route).toMatchObject([{ dials: 1 }, { dials: 1 }]);
      inTime(`first address dead, ${route}`, (first as { ms: number }).ms, 250 + BUSY, 240);
      // The next dial begins elsewhere.
      inTime(`first address dead, known, ${route}`, (second as { ms: number }).ms, 240);
    }
    const refusing = await scene.says('refusing');
    expect(refusing).toMatchObject({ dials: 1 });
    inTime('first address refusing', Number(refusing.ms), 240);

    const { error } = await scene.says('allRefusing');
    for (const address of ['10.9.0.4:8080', '10.9.0.6:8080', '2001:db8::4:8080']) {
      expect(error).toContain(`connect ECONNREFUSED ${address}`);
    }
    // It accepts, and never answers the upgrade: the deadline ends that dial, and no other.
    expect(await scene.says('silent')).toMatchObject({ dials: 2 });

    // The proxy is asked for each address; behind it the first one is dead.
    expect(await scene.says('behindSocks')).toMatchObject({ dials: 1, requests: ['10.9.0.3', '10.9.0.1'] });
    expect(await scene.says('behindSocksAgain')).toMatchObject({ dials: 1, requests: ['10.9.0.1'] });

    expect((await scene.says('options')).connections).toEqual([
      { from: '10.9.0.1', to: '10.9.0.1' },
      { from: '2001:db8::1', to: '2001:db8::1' },
      { from: '10.9.0.6', to: '10.9.0.1' },
      { from: '2001:db8::6', to: '2001:db8::1' },
    ]);
    expect((await scene.says('ports')).codes).toEqual(Array(2).fill('EADDRNOTAVAIL'));
    await scene.done();
  });
});

describeInNamespace('DNS servers (netns)', () => {
  it('that are slow, drop questions or are dead cost the name little, and other names nothing', {
    timeout: 90_000,
  }, async () => {
    await using scene = inNamespace('lookups');

    // AAAA questions are dropped: the system's lookup takes 10 s, the A record is enough.
    for (const [route, found] of Object.entries(await byRoute(scene, 'dropping'))) {
      expect(found, route).toMatchObject({ dials: 1 });
      expect(found, route).not.toHaveProperty('error');
      inTime(`AAAA dropped, ${route}`, Number(found.ms), 250 + BUSY);
    }
    // One lookup for all: A and AAAA by the system and, since the process is busy, by queries that are repeated, too.
    for (const [route, found] of Object.entries(await byRoute(scene, 'many'))) {
      expect(found, route).toMatchObject({ failed: 0, dials: route === 'direct' ? 400 : 20 });
      expect(found.questions, route).toBeLessThanOrEqual(12);
    }
    // Three names of a dead zone, each dialled several times: one lookup in progress.
    expect(await scene.says('pending')).toMatchObject({ lookups: 1 });
    const { healthy, raw, known, localhost } = await scene.says('beside');
    for (const [name, found] of Object.entries({ healthy, raw, known, localhost })) {
      expect(found, name).not.toHaveProperty('error');
      inTime(`${name}, beside a dead zone`, (found as { ms: number }).ms, BUSY);
    }
    const back = await scene.says('back');
    inTime('a dead zone is back', Number(back.ms), 3000 + BUSY);
    expect(back.lookups).toBeLessThanOrEqual(1);
    await scene.done();
  });
});
