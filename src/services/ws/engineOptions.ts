/**
 * The options of `ws` for one dial.
 */
import type { ClientRequest } from 'node:http';
import type { ClientOptions } from 'ws';
import {
  type DialRequest,
  type ReckerError,
  type ResponseHeaders,
  shielding,
  withoutPrototype,
} from '../../port/index.js';
import { BROKEN, incomplete101, spaceProtocols } from '../handshake/index.js';
import { UNSET_REQUEST } from '../node/index.js';
import { checkForeignTls, lostOptions, type Route, targetOf } from '../routes/index.js';
import { tlsSettings } from '../routes/tls/index.js';
import { microtask } from '../runtime/index.js';

/** Documented by ws and missing in @types/ws 8.18. */
interface EngineOptions extends ClientOptions {
  readonly closeTimeout: number;
  readonly maxFragments: number;
}

/** As Node's http client uses it. */
type Connect = (...given: unknown[]) => unknown;

/** The part of an agent that Node's http client uses. */
interface AgentLike {
  addRequest(...given: unknown[]): void;
}

/**
 * The largest number of frames of an incoming message. The default of ws, 16,384, refuses Autobahn's cases 9.3.1 and
 * 9.4.1.
 */
const MAX_FRAGMENTS = 65_536;

/**
 * What `ws` and Node's http client are given. On a polluted prototype each option that they read is an own property.
 *
 * @param fail reports why the dial failed
 */
export function engineOptions(
  request: DialRequest,
  route: Route,
  fail: (error: ReckerError) => void,
): EngineOptions {
  const { agent, createConnection } = withoutPrototype(route.options) as unknown as {
    readonly agent?: AgentLike;
    readonly createConnection?: Connect;
  };
  let isRouteTaken = false;
  const connect: Connect = (...given) => {
    isRouteTaken = true;
    return createConnection?.(...given);
  };
  const takesRequest: AgentLike = {
    addRequest(...given) {
      isRouteTaken = true;
      agent?.addRequest(...given);
    },
  };
  const { host, secure } = targetOf(request.url);
  return {
    headers: { ...request.headers },
    perMessageDeflate: request.perMessageDeflate as boolean,
    maxPayload: request.maxPayload,
    closeTimeout: request.closeTimeout,
    followRedirects: false,
    maxFragments: MAX_FRAGMENTS,
    ...shielding(UNSET_REQUEST),
    ...(secure ? tlsSettings(host, request.tls) : undefined),
    agent: agent === undefined ? undefined : takesRequest,
    createConnection: createConnection === undefined ? undefined : connect,
    setHost: true,
    finishRequest: (sent: ClientRequest) => finishRequest(sent, isRouteTaken ? undefined : request, fail),
  } as unknown as EngineOptions;
}

/**
 * Sends the upgrade request.
 *
 * @param foreign the dial, where Node's http client did not use the route: something has replaced its agents
 */
function finishRequest(
  sent: ClientRequest,
  foreign: DialRequest | undefined,
  fail: (error: ReckerError) => void,
): void {
  const lost = foreign === undefined ? undefined : lostOptions(foreign);
  if (lost !== undefined) {
    // Reported after the dial has returned.
    microtask(() => fail(lost));
    return;
  }
  if (foreign !== undefined) checkForeignTls(sent, foreign);
  sent.on('information', ({ statusCode, headers }) => {
    if (statusCode === 101) fail(incomplete101(headers as ResponseHeaders));
  });
  sent.once(BROKEN, fail);
  spaceProtocols(sent);
  sent.end();
}
