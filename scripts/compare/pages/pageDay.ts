/**
 * A day in a page of a real Chromium: the same interface of clients and the same verdicts as the other days, with the client
 * bundled into the page (`bundle.ts`), and a `PageWorld` in the place of tools.
 */
import type { ClientName } from '../client.js';
import { type Day, notOffered, type Verdict } from '../day.js';
import type { PageClientName } from './bundle.js';
import type { PageWorld } from './world.js';

export interface PageDay extends Pick<Day, 'name' | 'title' | 'story' | 'sources' | 'short' | 'limit'> {
  /** What a client must have, or the day is none of its own. */
  readonly needs?: 'heartbeat';
  play(world: PageWorld): Promise<Verdict>;
}

const WHY = 'not for pages';
const without: Partial<Record<ClientName, string>> = { ws: WHY, undici: WHY, 'recker@1': WHY };

export const pageDay = ({ play, needs, ...day }: PageDay): Day => ({
  limit: 60_000,
  ...day,
  group: 'page',
  without,
  async run({ name, has }) {
    if (needs !== undefined && !has[needs]) return notOffered(`no ${needs}`);
    // Only the process of this cell needs a browser.
    const { PageWorld } = await import('./world.js');
    const world = await PageWorld.start(name as PageClientName);
    try {
      return await play(world);
    } finally {
      await world.stop();
    }
  },
});

/** Why a client did not notice a dead connection. */
export const unnoticed = async (world: PageWorld): Promise<string> =>
  (await world.has('heartbeat')) ? 'not noticed' : 'never noticed: no heartbeat';

/** Delays as a page that stays open has them: from a second to half a minute. */
export const PATIENT = { reconnectDelay: 1000, maxReconnectDelay: 30_000 };
