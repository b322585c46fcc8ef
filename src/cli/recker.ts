#!/usr/bin/env node
/**
 * The program `recker`. It imports little: the subcommands are loaded when they are needed.
 */
import { main } from './main.js';
import { processTerminal } from './terminal.js';

const code = await main(process.argv.slice(2), processTerminal());
// Not process.exit(): what was printed may still be on its way to a pipe.
process.exitCode ||= code;
