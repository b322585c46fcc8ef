/**
 * One dial from a test: what came of it, as one value.
 */
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';

/** What came of a dial. */
export interface Outcome {
  /** What the server's echo sent back, where it opened. */
  readonly echoed?: string;
  readonly error?: Error & {
    readonly code?: string;
    readonly hop?: string;
    readonly status?: number;
    readonly final?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** How often was dialled: more than once where the failure was not final. */
  readonly dials: number;
  /** Milliseconds from `connect()` to the outcome. */
  readonly took: number;
}

/**
 * Dials, sends one message through and closes. A failed dial is repeated once, unless the failure is final, so
 * that `dials` says which it was.
 */
export async function dial(url: string, options: WebSocketOptions = {}): Promise<Outcome> {
  const ws = new ReckerWebSocket(url, {
    reconnect: true,
    reconnectDelay: 1,
    maxReconnectAttempts: 1,
    ...options,
  });
  const start = performance.now();
  const done = (rest: Pick<Outcome, 'echoed' | 'error'>): Outcome => ({
    ...rest,
    dials: ws.stats().dials,
    took: performance.now() - start,
  });
  const first: Error[] = [];
  ws.on('error', (error) => first.push(error));
  try {
    await ws.connect();
    const reply = new Promise<string>((resolve) => ws.once('message', ({ data }) => resolve(String(data))));
    await ws.send('through?');
    return done({ echoed: await reply });
  } catch (error) {
    return done({ error: (first[0] ?? error) as NonNullable<Outcome['error']> });
  } finally {
    await ws.close();
  }
}
