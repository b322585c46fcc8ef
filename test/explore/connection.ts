/** The fake connection, which also says what the peer may still do. */
import type { DialRequest, TransportObserver } from '../../src/port/index.js';
import { FakeConnection } from '../../src/testing/fakeConnection.js';

export class WatchedConnection extends FakeConnection {
  /** Questions that are not answered yet. */
  questions = 0;
  /** Units since the oldest of them. */
  questionAge = 0;
  /** Pings that no Pong has answered. */
  unanswered = 0;
  /** What the peer's Close said. */
  peerCode: number | undefined;
  /** Whether the peer has sent its last frame. */
  isPeerDone = false;
  readonly #onSend: (data: unknown) => void;

  constructor(request: DialRequest, observer: TransportObserver, onSend: (data: unknown) => void) {
    super(request, observer);
    this.autoAnswer = 'manual';
    this.#onSend = onSend;
  }

  get isLive(): boolean {
    return this.phase === 'dialling' || this.phase === 'open';
  }

  override send(data: string | Uint8Array | Blob): number {
    const taken = super.send(data);
    this.#onSend(data);
    return taken;
  }

  override ping(): void {
    super.ping();
    if (this.phase === 'open') this.unanswered += 1;
  }

  override pong(): void {
    this.unanswered = 0;
    super.pong();
  }

  override askLiveness(): void {
    super.askLiveness();
    if (this.phase === 'open') this.questions += 1;
  }

  override answer(alive: boolean): void {
    this.questions -= 1;
    this.questionAge = 0;
    super.answer(alive);
  }

  override peerClose(code?: number, reason?: string): void {
    this.isPeerDone = true;
    this.peerCode = code;
    super.peerClose(code, reason);
  }

  override peerErr(error: Parameters<FakeConnection['peerErr']>[0], sentCode: number): void {
    this.isPeerDone = true;
    super.peerErr(error, sentCode);
  }
}
