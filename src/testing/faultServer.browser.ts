/** `FaultServer` for pages and workers, where there is none. */
import { needsNode } from '../port/index.js';

/** Refused: see {@link needsNode}. */
export class FaultServer {
  private constructor() {}

  static start(): Promise<never> {
    return Promise.reject(needsNode('FaultServer', 'recker/testing'));
  }
}
