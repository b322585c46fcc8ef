/** The libraries, each with its real server where that runs on Node or comes with Debian. */
import type { Library } from '../library.js';
import { ethers } from './ethers.js';
import { graphqlWs } from './graphqlWs.js';
import { hocuspocus } from './hocuspocus.js';
import { mqttJs } from './mqtt.js';
import { nats } from './nats.js';
import { partysocket } from './partysocket.js';
import { rpcWebsockets } from './rpcWebsockets.js';
import { signalr } from './signalr.js';
import { socketIo } from './socketIo.js';
import { trpc } from './trpc.js';
import { viem } from './viem.js';
import { yWebsocket } from './yWebsocket.js';

export const LIBRARIES: readonly Library[] = [
  graphqlWs,
  yWebsocket,
  trpc,
  mqttJs,
  nats,
  signalr,
  socketIo,
  viem,
  ethers,
  rpcWebsockets,
  hocuspocus,
  partysocket,
];

export { ethers, graphqlWs, partysocket, rpcWebsockets, trpc, yWebsocket };
