/**
 * The subcommands. Each is loaded when it is needed, so that `recker --help` starts fast.
 */
import type { Command } from './command.js';

/** A line of `recker --help`. */
export interface CommandEntry {
  readonly name: string;
  /** The summary of the command; a test compares the two. */
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'connect',
    summary: 'a terminal client for a WebSocket server, which comes back after a loss',
    load: () => import('./connect.js'),
  },
  {
    name: 'check',
    summary: 'holds recordings against the statechart',
    load: () => import('./check.js'),
  },
  {
    name: 'replay',
    summary: 'prints a Vitest file that brings a client to the same steps',
    load: () => import('./replay.js'),
  },
  {
    name: 'view',
    summary: 'writes a page that plays a recording',
    load: () => import('./view.js'),
  },
  {
    name: 'test',
    summary: 'examines the connection lifecycle of a WebSocket server',
    load: () => import('./test.js'),
  },
];
