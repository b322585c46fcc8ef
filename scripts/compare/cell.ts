/** One cell of the table, in a process of its own: `cell.ts DAY CLIENT`. It prints the verdict as a line of JSON. */
import { writeSync } from 'node:fs';
import type { ClientName } from './client.js';
import { loadClient } from './clients/index.js';
import type { Verdict } from './day.js';
import { loadDay } from './days.js';
import { Tools } from './tools.js';

const [name = '', clientName = ''] = process.argv.slice(2);
const day = await loadDay(name);
const client = await loadClient(clientName as ClientName);
const tools = new Tools(name, clientName);
let verdict: Verdict;
try {
  verdict = await day.run(client, tools);
} catch (error) {
  console.error(error);
  verdict = { result: 'no', word: `threw: ${(error as Error).message.split('\n')[0]}` };
}
// Once the verdict is there, what a client does to a server that goes away is no part of it.
tools.uncaught();
writeSync(1, `VERDICT ${JSON.stringify(verdict)}\n`);
await tools.end();
process.exit(0);
