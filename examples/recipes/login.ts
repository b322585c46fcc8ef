/**
 * A login on each new connection, with a token that is renewed before it expires. The connection stays open meanwhile.
 * `login.demo.ts` runs it.
 *
 * In a project of your own: npm install recker, and import from 'recker'.
 */
import { type Session, SessionError, type TextMessage, type WebSocketMessage } from '../../src/index.js';

export interface Token {
  readonly value: string;
  /** As `Date.now()` counts. */
  readonly expiresAt: number;
}

export interface LoginOptions {
  fetchToken(signal: AbortSignal): Promise<Token>;
  /** How many milliseconds before its end a token is renewed. Default 60 s. */
  readonly early?: number;
  /** The least number of milliseconds between two tokens, also after a renewal that failed. Default 5 s. */
  readonly pause?: number;
}

/** A function for the option `prepare`. */
export function login({ fetchToken, early = 60_000, pause = 5_000 }: LoginOptions) {
  return async (session: Session): Promise<void> => {
    const token = await fetchToken(session.signal);
    session.sendJSON({ type: 'login', token: token.value });
    const answer = JSON.parse((await session.next(isLoginAnswer)).data);
    if (answer.type === 'refused') {
      // A token can expire on its way to the server: the next attempt fetches another. All else is final.
      throw new SessionError(`The login was refused: ${answer.reason}`, {
        final: answer.reason !== 'expired',
      });
    }
    // It goes on after `open`, and ends with the connection.
    void renew(session, token).catch(() => {});
  };

  async function renew(session: Session, first: Token): Promise<void> {
    for (let token = first; ; ) {
      await wait(Math.max(token.expiresAt - Date.now() - early, pause), session.signal);
      try {
        token = await fetchToken(session.signal);
        // If the server refuses it, it closes the connection, and the next one logs in anew.
        await session.sendJSON({ type: 'renew', token: token.value });
      } catch {
        // The token service has failed: another try after the pause. If the connection has ended, the wait rejects.
      }
    }
  }
}

const isLoginAnswer = (message: WebSocketMessage): message is TextMessage =>
  !message.isBinary && ['welcome', 'refused'].includes(JSON.parse(message.data).type);

/** Rejects when the signal aborts. A timer holds at most 2^31 - 1 ms, about 24 days. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(ms, 2 ** 31 - 1),
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
