/** Errors that listeners throw: each must come out as an uncaught one, once, and disturb nothing else. */
import { broken } from '../support/invariants.js';

class ListenerError extends Error {
  override readonly name = 'ListenerError';
  readonly owner: Thrown;

  constructor(owner: Thrown, message: string) {
    super(message);
    this.owner = owner;
  }
}

export class Thrown {
  #thrown = 0;
  #reported = 0;

  /** Throws for a listener. */
  raise(): never {
    this.#thrown += 1;
    throw new ListenerError(this, `listener ${this.#thrown} threw`);
  }

  /** From here on uncaught errors come here. @param onOther gets those that no listener has thrown */
  watch(onOther: (error: unknown) => void): void {
    process.setUncaughtExceptionCaptureCallback((error) => {
      if (!(error instanceof ListenerError)) onOther(error);
      // Else it is of a run before, which failed before its end.
      else if (error.owner === this) this.#reported += 1;
    });
  }

  unwatch(): void {
    process.setUncaughtExceptionCaptureCallback(null);
  }

  audit(): void {
    if (this.#thrown !== this.#reported)
      broken(`listeners threw ${this.#thrown} errors, and ${this.#reported} were reported`);
  }
}
