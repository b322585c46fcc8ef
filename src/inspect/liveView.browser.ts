/** `createLiveView()` for pages and workers, where there is none. */
import { needsNode } from '../port/index.js';

/** Refused: see {@link needsNode}. */
export function createLiveView(): Promise<never> {
  return Promise.reject(needsNode('createLiveView()', 'recker/inspect'));
}
