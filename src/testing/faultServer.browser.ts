/** `FaultServer` for pages and workers, where there is none. */
import { needsNode } from '../machine/needsNode.js';

/** Refused: see {@link needsNode}. */
export class FaultServer {
  private constructor() {}

  static start(): Promise<never> {
    return Promise.reject(needsNode('FaultServer', 'recker/testing'));
  }
}
