/**
 * The memory of the recorder: the newest lines of all clients, within a number of bytes.
 *
 * Owns: what is forgotten first. Must not know: what a line says.
 */
import type { RecordedStep } from '../recording/index.js';

/** What a line costs beyond its text: its newline, the head of the string and two places in lists. */
const LINE = 48;
/** What a client costs beyond its lines. */
const CLIENT = 512;
/** A round of forgetting frees this part of the whole, so that rounds are few. */
const ROUND = 1 / 16;

interface Kept<Client> {
  readonly client: Client;
  /** The first line, which stays; it says how many lines after it are gone. */
  first: RecordedStep;
  readonly firstAt: number;
  firstCost: number;
  readonly texts: string[];
  /** The place of each text in the order of all lines. */
  readonly places: number[];
  /** Of all that is kept of it. */
  cost: number;
}

export class Ring<Client extends object> {
  readonly #most: number;
  /** In the order of their first lines. */
  readonly #kept = new Map<Client, Kept<Client>>();
  /** In the order in which they came to rest. */
  readonly #resting = new Set<Client>();
  #cost = 0;
  #place = 0;
  #dropped = 0;

  /** @param most bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many clients were forgotten. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether the next line of a client is its first one. */
  isNew(client: Client): boolean {
    return !this.#kept.has(client);
  }

  /** @param isResting whether the client is at rest after this step */
  add(client: Client, step: RecordedStep, isResting: boolean): void {
    let kept = this.#kept.get(client);
    const text = JSON.stringify(step);
    const cost = text.length + LINE;
    if (kept === undefined) {
      kept = {
        client,
        first: step,
        firstAt: this.#place,
        firstCost: cost,
        texts: [],
        places: [],
        cost: cost + CLIENT,
      };
      this.#kept.set(client, kept);
      this.#cost += kept.cost;
    } else {
      kept.texts.push(text);
      kept.places.push(this.#place);
      kept.cost += cost;
      this.#cost += cost;
    }
    this.#place += 1;
    if (isResting) this.#resting.add(client);
    else this.#resting.delete(client);
    if (this.#cost > this.#most) this.#forget(client);
  }

  clear(): void {
    this.#kept.clear();
    this.#resting.clear();
    this.#cost = 0;
    this.#dropped = 0;
  }

  /** All lines, in the order of their times: clients whose clocks differ are not ahead of each other. */
  lines(): string[] {
    const all: Placed[] = [];
    for (const { first, firstAt, texts, places } of this.#kept.values()) {
      all.push(placed(firstAt, JSON.stringify(first)));
      for (const [index, text] of texts.entries()) all.push(placed(places[index] as number, text));
    }
    return all.sort((one, other) => one.t - other.t || one.place - other.place).map(({ text }) => text);
  }

  /** @param newest the client whose line has just come: it is the last to be forgotten whole */
  #forget(newest: Client): void {
    const target = this.#most - Math.ceil(this.#most * ROUND);
    for (const client of this.#resting) {
      if (this.#cost <= target) return;
      if (client !== newest) this.#forgetClient(client);
    }
    while (this.#cost > target) {
      const largest = this.#largest();
      if (largest === undefined) break;
      this.#forgetSteps(largest, target);
    }
    for (const client of this.#kept.keys()) {
      if (this.#cost <= target) return;
      if (client !== newest) this.#forgetClient(client);
    }
  }

  #forgetClient(client: Client): void {
    const kept = this.#kept.get(client);
    if (kept === undefined) return;
    this.#kept.delete(client);
    this.#resting.delete(client);
    this.#cost -= kept.cost;
    this.#dropped += 1;
  }

  /** The client with the most lines that can go; the newest of a client's stays. */
  #largest(): Kept<Client> | undefined {
    let largest: Kept<Client> | undefined;
    for (const kept of this.#kept.values()) {
      if (kept.texts.length > 1 && (largest === undefined || kept.cost > largest.cost)) largest = kept;
    }
    return largest;
  }

  #forgetSteps(kept: Kept<Client>, target: number): void {
    const { texts, places } = kept;
    let gone = 0;
    let freed = 0;
    while (gone < texts.length - 1 && this.#cost - freed > target) {
      freed += (texts[gone] as string).length + LINE;
      gone += 1;
    }
    texts.splice(0, gone);
    places.splice(0, gone);
    kept.first = { ...kept.first, dropped: (kept.first.dropped ?? 0) + gone };
    const firstCost = JSON.stringify(kept.first).length + LINE;
    const change = firstCost - kept.firstCost - freed;
    kept.firstCost = firstCost;
    kept.cost += change;
    this.#cost += change;
  }
}

interface Placed {
  readonly t: number;
  readonly place: number;
  readonly text: string;
}

/** The time is the first member of each line. */
const placed = (place: number, text: string): Placed => ({
  t: Number(text.slice(text.indexOf(':') + 1, text.indexOf(','))),
  place,
  text,
});
