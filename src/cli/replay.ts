/**
 * `recker replay`: a recording as a Vitest file.
 */
import { replayRecording } from '../testing/index.js';
import { defineCommand, EXIT } from './command.js';
import { nameOf, readText } from './files.js';
import { readable } from './recordings.js';
import { withoutControls } from './text.js';

export const command = defineCommand({
  summary: 'prints a Vitest file that brings a client to the same steps',
  details: `The file imports recker, recker/testing and vitest. It needs no network and no time: the peer
is a fake transport, and delays pass on a virtual clock. Steps that the end does not need are
left out. Without --until the end is the last recorded step.`,
  positionals: { name: 'FILE', least: 1, most: 1 },
  options: {
    connection: {
      type: 'string',
      short: 'c',
      value: 'ID',
      help: 'the client, where the recording has several',
    },
    until: {
      type: 'string',
      short: 'u',
      value: 'STATE',
      help: 'end at the last visit of this value of ws.state',
    },
  },
  examples: [
    [
      'recker replay outage.ndjson --until exhausted > test/outage.test.ts',
      'Writes a test of how the client came to give up.',
    ],
    [
      'recker replay outage.ndjson --connection 3',
      'Prints a test of what happened to one of several clients.',
    ],
    ['recker replay - < outage.ndjson', 'Reads the recording from stdin.'],
  ],
  async run({ values, positionals: [path = ''] }, terminal) {
    const text = await readText(path, terminal);
    const replay = readable(nameOf(path), () => replayRecording(text, values));
    let file: string;
    try {
      file = replay.toVitest();
    } catch (error) {
      const reason = withoutControls(`recker replay: ${nameOf(path)}: ${(error as Error).message}`);
      terminal.report(terminal.errorStyle.red(reason));
      return EXIT.failed;
    }
    terminal.print(file);
    return EXIT.ok;
  },
});
