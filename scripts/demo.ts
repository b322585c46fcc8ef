/**
 * What recker does, to be watched: `npm run demo`, or `npm run demo -- wss://host/path` against your own server.
 *
 * Owns the command line: arguments, exit codes, the time that a play may take.
 */
import { ConfigurationError, type Inspect } from '../src/index.js';
import { play } from './demo/play.js';
import { Timeline } from './demo/timeline.js';
import { visit } from './demo/visit.js';

const USAGE = `Usage: npm run demo [-- <url>]

  Without a URL: plays a server and a network that fail, on this machine, in about 12 seconds.
  With a ws:// or wss:// URL: connects there and tells what happens, until Ctrl-C.
`;

/** The play takes about 12 s. One that hangs has failed, and must not hang whoever started it. */
const PLAY_LIMIT = 60_000;

async function main(args: readonly string[], inspect?: Inspect): Promise<number> {
  const [url, ...rest] = args;
  if (url === '--help' || url === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (rest.length > 0 || url?.startsWith('-')) {
    process.stderr.write(USAGE);
    return 2;
  }
  const timeline = new Timeline(process.stdout, process.env);
  if (url !== undefined) return visit(url, timeline, inspect);
  setTimeout(() => {
    process.stderr.write(`The demo has not ended within ${PLAY_LIMIT / 1000} s\n`);
    process.exit(1);
  }, PLAY_LIMIT).unref();
  await play(timeline, inspect);
  return 0;
}

// `npm run demo | head`: nobody reads any more.
process.stdout.on('error', () => process.exit(0));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
