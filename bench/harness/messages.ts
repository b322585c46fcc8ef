/** What the harness and a client's process say to each other. */
import type { ClientName } from '../clients/index.js';
import type { Sample } from '../workloads/workload.js';

export interface Job {
  readonly client: ClientName;
  readonly workload: string;
  readonly origin: string;
  readonly quick: boolean;
  /** Units a sample, where an earlier process of this client has found them out. */
  readonly count?: number;
}

export type Request =
  | { readonly type: 'load'; readonly job: Job }
  | { readonly type: 'warmUp' }
  | { readonly type: 'sample' };

export type Reply =
  | { readonly type: 'done' }
  | { readonly type: 'warm'; readonly count: number }
  | { readonly type: 'sample'; readonly sample: Sample; readonly count: number }
  | { readonly type: 'failed'; readonly message: string };
