/**
 * What the runtime knows of its network.
 */

interface Runtime {
  readonly navigator?: { readonly onLine?: boolean };
}

/** Whether the runtime says that it has no network. It may be wrong. Node does not say it. */
export const isOffline = (): boolean => (globalThis as Runtime).navigator?.onLine === false;
