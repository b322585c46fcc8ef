/** A part of a day in a process of its own: `part.ts DAY CLIENT PART ARGS…`. */
import type { ClientName } from './client.js';
import { loadClient } from './clients/index.js';
import { loadDay } from './days.js';

const [name = '', clientName = '', partName = '', ...args] = process.argv.slice(2);
const part = (await loadDay(name)).parts?.[partName];
if (part === undefined) throw new Error(`${name} has no part ${partName}`);
const client = await loadClient(clientName as ClientName);
await part({ client, args, say: (line) => console.log(JSON.stringify(line)) });
