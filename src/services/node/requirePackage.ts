/**
 * Loads a package when it is needed, at once. By `require`, because Node caches a rejected `import()` for good: a
 * process that has no file descriptor left for a moment could never load the package afterwards.
 */
// Not `createRequire` by name: bundles of ESM for Node often begin with a line that declares it, and would not load.
import nodeModule from 'node:module';

/** Defined in the CommonJS build only. */
declare const __filename: string | undefined;

/**
 * The exports of the package `name`.
 *
 * @throws Error where it cannot be loaded: it is not installed, it is inside a bundle, or for want of resources
 */
export function requirePackage(name: string): unknown {
  return nodeModule.createRequire(typeof __filename === 'string' ? __filename : import.meta.url)(name);
}
