/** ws as the class that other libraries dial with: what they have no option for is bound to it. */
import { type ClientOptions, WebSocket } from 'ws';
import type { Settings } from '../client.js';

/** The options of ws for what is asked. */
export const wsOptions = ({ maxPayload }: Settings): ClientOptions =>
  maxPayload === undefined ? {} : { maxPayload };

/** The class that the others take: `new (url, protocols)`. */
export function wsWith(settings: Settings) {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, wsOptions(settings));
    }
  };
}
