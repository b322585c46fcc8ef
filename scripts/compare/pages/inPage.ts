/** What a page offers to its day: the session of one client, and what was seen. */
import type { Client, Session, Settings } from '../client.js';
import { complaints, dials } from './watch.js';

interface InPage {
  readonly has: Client['has'];
  readonly dials: readonly number[];
  readonly complaints: readonly string[];
  /** All that were opened, the newest last. */
  readonly sessions: Session[];
  /** The newest one. */
  readonly session: Session | undefined;
  /** What `open()` threw. */
  thrown: string | undefined;
  open(url: string, settings?: Settings): void;
}

export function install(client: Client): void {
  const sessions: Session[] = [];
  const inPage: InPage = {
    has: client.has,
    dials,
    complaints,
    sessions,
    get session() {
      return sessions.at(-1);
    },
    thrown: undefined,
    open(url, settings) {
      try {
        sessions.push(client.open(url, settings));
      } catch (error) {
        inPage.thrown = String(error);
      }
    },
  };
  Object.assign(globalThis, { inPage });
}
