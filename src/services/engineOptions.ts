/**
 * What `ws` is given for one dial.
 */
import type { ClientRequest } from 'node:http';
import type { ClientOptions } from 'ws';
import type { DialRequest } from '../machine/port.js';
import type { Route } from './routes.js';
import { UNSET_REQUEST } from './unset.js';

/** `closeTimeout` is documented by ws and missing in @types/ws 8.18. */
interface EngineOptions extends ClientOptions {
  readonly closeTimeout: number;
}

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
    ...UNSET_REQUEST,
    agent: undefined,
    createConnection: undefined,
    setHost: true,
    finishRequest,
    ...route.options,
  } as unknown as EngineOptions;
}
