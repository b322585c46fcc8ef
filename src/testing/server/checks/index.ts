/** All checks, in the order of the report. */
import type { CheckDefinition } from '../definition.js';
import { closeChecks } from './close.js';
import { frameChecks } from './frames.js';
import { handshakeChecks } from './handshake.js';
import { lifecycleChecks } from './lifecycle.js';
import { limitChecks } from './limits.js';
import { messageChecks } from './messages.js';
import { negotiationChecks } from './negotiation.js';
import { pingChecks } from './ping.js';
import { restartChecks } from './restart.js';

export const definitions: readonly CheckDefinition[] = [
  ...handshakeChecks,
  ...negotiationChecks,
  ...frameChecks,
  ...messageChecks,
  ...pingChecks,
  ...closeChecks,
  ...limitChecks,
  ...lifecycleChecks,
  ...restartChecks,
];
