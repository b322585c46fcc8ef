/**
 * A recording in Stately's inspector, as if it happened now: `npx tsx examples/inspector-recording.ts FILE [SPEED]`, then open the
 * address that it prints. That page is online, so this needs the internet. What needs none is `recker view FILE`.
 *
 * In a project of your own: npm install recker, npm install -D @statelyai/inspect, and import from 'recker/machine'.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createWebSocketInspector } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { connectionMachine } from '../src/machine/public.js';

/** The part of a line that is used. docs/recordings.md describes all of it. */
interface Step {
  readonly t: number;
  readonly c: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly url?: string;
  readonly [more: string]: unknown;
}

/** An actor as the inspector takes it: it shows, and does, nothing of its own. */
interface Actor {
  readonly sessionId: string;
  readonly id: string;
  readonly logic: { readonly config: object };
  getSnapshot(): Snapshot;
  send(): void;
}

interface Snapshot {
  readonly status: 'active';
  readonly value: unknown;
  readonly context: object;
}

/** What is used of Stately's inspectors: each of them fits. */
export interface StatelyInspector {
  actor(actor: Actor, snapshot: Snapshot): void;
  event(actor: Actor, event: { readonly type: string }): void;
  snapshot(actor: Actor, snapshot: Snapshot, info: { readonly event: { readonly type: string } }): void;
}

/** `session.open.alive` as XState's value of a state: `{ session: { open: 'alive' } }`. */
function stateValue(path: string): unknown {
  const [leaf = '', ...outer] = path.split('.').reverse();
  return outer.reduce<unknown>((value, key) => ({ [key]: value }), leaf);
}

/** @param speed 1 as it was, 10 ten times as fast, `Infinity` at once */
export async function sendRecording(text: string, inspector: StatelyInspector, speed = 1): Promise<void> {
  const [, ...lines] = text.trimEnd().split('\n');
  const actors = new Map<string, Actor>();
  let before: number | undefined;
  for (const [index, line] of lines.entries()) {
    let step: Step;
    try {
      step = JSON.parse(line) as Step;
    } catch (error) {
      // The last line may be cut.
      if (index === lines.length - 1) return;
      throw error;
    }
    const { t, c, event, from, to, url, ...facts } = step;
    if (before !== undefined && speed < Number.POSITIVE_INFINITY) await sleep((t - before) / speed);
    before = t;
    let actor = actors.get(c);
    if (actor === undefined) {
      const snapshot: Snapshot = { status: 'active', value: stateValue(from), context: {} };
      const name = `${url ?? 'client'} #${c}`;
      const config = { ...connectionMachine.config, id: name };
      actor = {
        sessionId: `recorded:${c}`,
        id: name,
        logic: { config },
        getSnapshot: () => snapshot,
        send() {},
      };
      actors.set(c, actor);
      inspector.actor(actor, snapshot);
    }
    // Under XState's name a delay is drawn as one.
    const type = event.startsWith('after ') ? `xstate.after.${event.slice(6)}.connection.${from}` : event;
    inspector.event(actor, { type });
    inspector.snapshot(
      actor,
      { status: 'active', value: stateValue(to), context: facts },
      { event: { type } },
    );
  }
}

const [, program = '', file = '', speed = '1'] = process.argv;
if (import.meta.url === pathToFileURL(program).href) {
  const port = Number(process.env.PORT ?? 8080);
  const server = createInspectorServer({ port, autoOpen: false });
  const inspector = createWebSocketInspector({ url: `ws://localhost:${port}` });
  console.log(`Stately inspector (its page is online): http://localhost:${port}`);
  await sendRecording(await readFile(file, 'utf8'), inspector, Number(speed));
  console.log('That was all of it. Ctrl-C ends the inspector.');
  await once(process, 'SIGINT');
  inspector.stop();
  server.stop();
}
