/** All workloads, in the order in which they run and are reported. */
import { connectWorkloads } from './connect.js';
import { drainWorkloads } from './drain.js';
import { echoWorkloads } from './echo.js';
import { idleWorkloads } from './idle.js';
import { iterateWorkloads } from './iterate.js';
import { loadWorkloads } from './load.js';
import { receiveWorkloads } from './receive.js';
import { sendWorkloads } from './send.js';
import { stormWorkloads } from './storm.js';
import type { Workload } from './workload.js';

export const workloads: readonly Workload[] = [
  ...receiveWorkloads,
  ...sendWorkloads,
  ...echoWorkloads,
  ...iterateWorkloads,
  ...drainWorkloads,
  ...connectWorkloads,
  ...idleWorkloads,
  ...stormWorkloads,
  ...loadWorkloads,
];
