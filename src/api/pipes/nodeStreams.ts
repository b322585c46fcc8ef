/**
 * What both pipes need of Node's streams, and of streams with the same interface.
 */
import { ignore } from '../../port/index.js';

/** What Node's readable and writable streams have in common. */
export interface NodeStream {
  on(event: string, listener: (error: Error) => void): unknown;
  removeListener(event: string, listener: (error: Error) => void): unknown;
  destroy?(error?: Error): unknown;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  readonly closed?: boolean;
}

/**
 * Ignores errors of `stream` from now on. The pipe that owned it has settled, and a later error, e.g. the one that it is
 * destroyed with, must not be uncaught. Node's `pipeline` does the same.
 */
export function silenceUntilClose(stream: NodeStream): void {
  if (stream.closed === true) return;
  const onClose = (): void => {
    stream.removeListener('error', ignore);
    stream.removeListener('close', onClose);
  };
  stream.on('error', ignore);
  stream.on('close', onClose);
}
