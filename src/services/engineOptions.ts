/**
 * What `ws` is given for one dial.
 */
import type { ClientRequest } from 'node:http';
import type { ClientOptions } from 'ws';
import type { DialRequest } from '../machine/port.js';
import type { Route } from './routes.js';
import { UNSET_REQUEST } from './unset.js';

/** Documented by ws and missing in @types/ws 8.18. */
interface EngineOptions extends ClientOptions {
  readonly closeTimeout: number;
  readonly maxFragments: number;
}

/**
 * How many frames one message may come in. ws's own bound of 16,384 refuses what Autobahn's cases 9.3.1 and 9.4.1 send.
 */
const MAX_FRAGMENTS = 65_536;

/**
 * All that `ws` and Node's http client read from options, as own properties: what is left out would be looked
 * up on the prototype, which a dependency may have polluted.
 *
 * @param finishRequest is called with the request when it is complete, and ends it
 */
export function engineOptions(
  request: DialRequest,
  route: Route,
  finishRequest: (request: ClientRequest) => void,
): EngineOptions {
  return {
    headers: { ...request.headers },
    perMessageDeflate: request.perMessageDeflate as boolean,
    maxPayload: request.maxPayload,
    closeTimeout: request.closeTimeout,
    followRedirects: false,
    maxFragments: MAX_FRAGMENTS,
    ...UNSET_REQUEST,
    agent: undefined,
    createConnection: undefined,
    setHost: true,
    finishRequest,
    ...route.options,
  } as unknown as EngineOptions;
}
