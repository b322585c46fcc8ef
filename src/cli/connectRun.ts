/**
 * Runs `recker connect`: makes the client, brings it what is to be sent, and ends it.
 */
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, type Inspect, ReckerWebSocket } from '../index.js';
import type { Recorder } from '../inspect/index.js';
import { UsageError } from './command.js';
import { linesOf } from './connectLines.js';
import { bytesOf, type ConnectValues, clientOptions, type Plan, planOf } from './connectOptions.js';
import { PromptScreen, StatusLine } from './connectScreen.js';
import { ConnectSession, LAST_CLOSE_LIMIT } from './connectSession.js';
import { reasonOf } from './files.js';
import type { Terminal } from './terminal.js';

/** They do what Ctrl-C does. */
const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

/** @returns the exit code */
export async function runConnect(url: string, values: ConnectValues, terminal: Terminal): Promise<number> {
  const plan = planOf(values);
  const options = { ...(await clientOptions(values, plan)), closeTimeout: LAST_CLOSE_LIMIT };
  // Wrong use is found before a file is written or a port is opened.
  makeClient(url, options);
  const watching = await watch(values, terminal);
  const ws = makeClient(url, { ...options, ...(watching.inspect ? { inspect: watching.inspect } : {}) });
  const session = new ConnectSession(ws, plan, terminal);
  const interrupted = terminal.interrupted();
  const interrupt = (): void => session.close('interrupted');
  if (interrupted.aborted) interrupt();
  else interrupted.addEventListener('abort', interrupt);
  const end = (): void => void process.emit('SIGINT');
  for (const signal of ENDING_SIGNALS) process.on(signal, end);
  try {
    await feed(session, plan, terminal);
    return await session.ended;
  } catch (error) {
    // A line that cannot be sent, or a stream that cannot be read.
    session.close('failed');
    await session.ended;
    throw error;
  } finally {
    interrupted.removeEventListener('abort', interrupt);
    for (const signal of ENDING_SIGNALS) process.off(signal, end);
    session.screen.end();
    await watching.end();
  }
}

function makeClient(...[url, options]: ConstructorParameters<typeof ReckerWebSocket>): ReckerWebSocket {
  try {
    return new ReckerWebSocket(url, options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** Sends what is to be sent. Resolves when nothing more is read; the session may go on. */
async function feed(session: ConnectSession, plan: Plan, terminal: Terminal): Promise<void> {
  const { stdin, stderr } = terminal;
  const status = () => session.status;
  const isTyped = stdin.isTTY === true && plan.once === undefined && !plan.listen;
  if (isTyped && stderr.isTTY === true) return await readTyped(session, plan, terminal);
  if (stderr.isTTY === true) session.screen = new StatusLine(terminal, status);
  session.start();
  if (plan.once !== undefined) void session.send(plan.once);
  else if (!plan.listen) await readLines(session, plan, stdin, isTyped);
}

/** A pipe or a file: all its lines are messages. */
async function readLines(
  session: ConnectSession,
  { binary, wait }: Plan,
  stdin: Terminal['stdin'],
  isTyped: boolean,
): Promise<void> {
  const { typed } = await import('./connectWords.js');
  let count = 0;
  for await (const lines of linesOf(stdin, session.ending)) {
    for (const line of lines) {
      if (session.ending.aborted) return;
      count += 1;
      if (isTyped) await typed(session, line);
      else await session.send(binary === undefined ? line : bytesOf(line, binary, `line ${count}`));
    }
    await session.sent;
  }
  await endOfInput(session, wait);
}

async function endOfInput(session: ConnectSession, wait: number): Promise<void> {
  if (session.ending.aborted) return;
  // A server that cannot be reached is a failure, also where there was nothing to send.
  if (!session.hasBeenOpen) await session.ws.connect().catch(() => {});
  await session.sent;
  // Ends early, and rejects, where the session ends.
  if (wait > 0) await sleep(wait, undefined, { signal: session.ending }).catch(() => {});
  if (!session.ending.aborted) session.close('input');
}

async function readTyped(session: ConnectSession, plan: Plan, terminal: Terminal): Promise<void> {
  const { typed } = await import('./connectWords.js');
  const { startTyping } = await import('./connectTyping.js');
  const { readline, textOf, end } = startTyping(terminal, plan.multiline);
  const screen = new PromptScreen(terminal, readline, () => session.status);
  session.screen = screen;
  if (terminal.stdout.isTTY === true) session.form = { ...session.form, prefix: terminal.style.cyan('< ') };
  readline.on('line', (line) => {
    screen.entered();
    void typed(session, textOf(line)).then(() => screen.update());
  });
  const closed = new Promise<void>((resolve) => readline.once('close', resolve));
  session.ending.addEventListener('abort', () => {
    screen.end();
    end();
  });
  session.start();
  await closed;
  await endOfInput(session, plan.wait);
}

/** --record and --view. */
async function watch({ record, view }: ConnectValues, { report }: Terminal) {
  const seen: Exclude<Inspect, (event: never) => void>[] = [];
  const endings: (() => Promise<void>)[] = [];
  const inspectors = record === undefined && view !== true ? undefined : await import('../inspect/index.js');
  if (inspectors !== undefined && record !== undefined) {
    const recorder = inspectors.recorder({ maxBytes: 16 * 1024 * 1024 });
    seen.push(recorder.inspect);
    endings.push(await saving(recorder, record));
  }
  if (inspectors !== undefined && view === true) {
    const live = await inspectors.createLiveView();
    report(`live view: ${live.url}`);
    seen.push(live.inspect);
    endings.push(() => live.close());
  }
  const inspect: Inspect | undefined =
    seen.length === 0
      ? undefined
      : {
          next: (event: never) => {
            for (const each of seen) each.next?.(event);
          },
          watch: (...details) => {
            for (const each of seen) each.watch?.(...details);
          },
        };
  return {
    inspect,
    end: async () => {
      for (const end of endings) await end();
    },
  };
}

/**
 * Saves the recording whenever and however the process ends by itself.
 *
 * @returns what saves it now
 * @throws UsageError where it cannot be written
 */
async function saving(recorder: Recorder, path: string): Promise<() => Promise<void>> {
  try {
    await recorder.save(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
  const saveNow = (): void => {
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    writeFileSync(temporary, recorder.toNDJSON());
    renameSync(temporary, path);
  };
  process.once('exit', saveNow);
  return async () => {
    process.off('exit', saveNow);
    await recorder.save(path);
  };
}
