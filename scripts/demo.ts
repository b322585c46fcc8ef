/**
 * What recker does, to be watched: `npm run demo`, or `npm run demo -- wss://host/path` against your own server.
 *
 * Owns the command line: arguments, exit codes, the time that a play may take.
 */
import { once } from 'node:events';
import { ConfigurationError } from '../src/index.js';
import { createLiveView } from '../src/inspect/index.js';
import { play } from './demo/play.js';
import { Timeline } from './demo/timeline.js';
import { visit } from './demo/visit.js';

const USAGE = `Usage: npm run demo [-- [--view] [<url>]]

  Without a URL: plays a server and a network that fail, on this machine, in about 12 seconds.
  With a ws:// or wss:// URL: connects there and tells what happens, until Ctrl-C.
  --view: shows the chart as well, live, on a page of this machine whose address is printed.
`;

/** The play takes about 12 s. One that hangs has failed, and must not hang whoever started it. */
const PLAY_LIMIT = 60_000;

/** Waits for Enter where somebody is there to press it. */
async function enter(prompt: string): Promise<void> {
  if (!process.stdin.isTTY) return;
  process.stdout.write(`${prompt}\n`);
  await once(process.stdin.resume(), 'data');
  process.stdin.pause();
}

async function main(given: readonly string[]): Promise<number> {
  const wantsView = given.includes('--view');
  const [url, ...rest] = given.filter((argument) => argument !== '--view');
  if (url === '--help' || url === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (rest.length > 0 || url?.startsWith('-')) {
    process.stderr.write(USAGE);
    return 2;
  }
  const timeline = new Timeline(process.stdout, process.env);
  const view = wantsView ? await createLiveView() : undefined;
  if (view !== undefined) process.stdout.write(`Live view: ${view.url}\n`);
  if (url !== undefined) return visit(url, timeline, view?.inspect);
  if (view !== undefined) await enter('Open it, then press Enter to begin.');
  const limit = setTimeout(() => {
    process.stderr.write(`The demo has not ended within ${PLAY_LIMIT / 1000} s\n`);
    process.exit(1);
  }, PLAY_LIMIT).unref();
  await play(timeline, view?.inspect);
  clearTimeout(limit);
  if (view !== undefined) await enter('Press Enter to end; the page keeps what it shows.');
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
