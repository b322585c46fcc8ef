/**
 * The form of hopRules.ts for pages and workers. The native `WebSocket` dials and compresses by itself, so these options
 * are refused by name where they are given; a `transport` of the user's that takes them knows what it takes.
 */
import type { Read } from './memberRules.js';

export const tlsProblem = (_value: unknown): string | undefined => undefined;

export const proxyProblem = tlsProblem;
export const dispatcherProblem = tlsProblem;
export const deflateProblem = tlsProblem;

export const readProxy = (value: unknown): Read => ({ value, problem: undefined });
