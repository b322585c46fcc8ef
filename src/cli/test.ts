/**
 * `recker test`: examines a server.
 *
 * Owns: what the words of the command line mean for `checkServer()`, and the exit code. How results are shown is in
 * testText.ts, testJunit.ts and testHtml.ts.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import {
  type CheckResult,
  type CheckServerOptions,
  checkServer,
  type ServerCheckPlan,
  type ServerReport,
} from '../testing/index.js';
import { defineCommand, EXIT, UsageError } from './command.js';
import { nameOf, reasonOf } from './files.js';
import type { Terminal } from './terminal.js';
import { htmlOf } from './testHtml.js';
import { junitOf } from './testJunit.js';
import { runPaths } from './testPaths.js';
import { planText, reportText, totalled } from './testText.js';

const number = (value: string, help: string) => ({ type: 'string', value, help }) as const;

export const command = defineCommand({
  summary: 'examines the connection lifecycle of a WebSocket server',
  details: `Opening handshake, frames, Pings, closing handshake, limits, clients that come and go, and
what clients see of a restart: each check has a level (MUST or SHOULD), the section of its
RFC, and what was sent, expected and got. It takes up to 60 s. What will be sent is printed
first. The exit code is 1 where a MUST fails, or the server cannot be reached.`,
  positionals: { name: 'URL', least: 1, most: 1 },
  options: {
    json: { type: 'boolean', help: 'print one line of JSON for each check, then one with the counts' },
    junit: { type: 'string', value: 'FILE', help: 'write the results as JUnit XML' },
    html: { type: 'string', value: 'FILE', help: 'write the results as one HTML page' },
    header: {
      type: 'string',
      short: 'H',
      multiple: true,
      value: 'LINE',
      help: 'a header of each handshake, e.g. "Authorization: Bearer x"',
    },
    protocol: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'a subprotocol that each handshake offers',
    },
    ca: { type: 'string', value: 'FILE', help: 'certificates to trust, in PEM' },
    cert: { type: 'string', value: 'FILE', help: 'a client certificate, in PEM' },
    key: { type: 'string', value: 'FILE', help: 'its key, in PEM' },
    insecure: { type: 'boolean', help: 'take any certificate' },
    only: {
      type: 'string',
      multiple: true,
      value: 'ID',
      help: 'make only this check, or those of a group, e.g. frames/',
    },
    message: {
      type: 'string',
      value: 'TEXT',
      help: 'a text message that the server takes (default: recker)',
    },
    echo: { type: 'boolean', help: 'the server sends each message back (default: found out)' },
    restart: {
      type: 'string',
      value: 'CMD',
      help: 'a command that restarts the server, done when it ends: what do\n100 clients see?',
    },
    paths: { type: 'boolean', help: "run the paths of the client's statechart against the server, too" },
    timeout: number('MS', 'how long the server may take for an answer (default: 3000)'),
    'half-open': number('MS', 'how long a silent client is watched; 0: not at all (default: 45000)'),
    deadline: number('MS', 'when the checks end (default: 60000); a restart comes on top'),
    rate: number('N', 'how many connections are begun in a second, at most (default: 200)'),
    clients: number('N', 'how many clients connect at once (default: 100)'),
    'restart-timeout': number('MS', 'how long the clients may take to come back (default: 30000)'),
    'yes-i-may-test-this-server': {
      type: 'boolean',
      help: 'needed for a host that is not loopback: you are allowed to\nexamine it',
    },
  },
  examples: [
    ['recker test ws://127.0.0.1:8080/', 'Examines a server on this machine.'],
    [
      'recker test wss://localhost/chat -H "Authorization: Bearer x" --ca ca.pem',
      'With a header, and a certificate authority of your own.',
    ],
    [
      'recker test ws://127.0.0.1:8080/ --restart "systemctl restart chat"',
      'And sees what 100 clients make of a restart.',
    ],
    [
      'recker test ws://127.0.0.1:8080/ --json --half-open 0 | grep fail',
      'A few seconds, and one line for each failure.',
    ],
  ],
  async run({ values, positionals: [url = ''] }, terminal) {
    const options: CheckServerOptions = {
      headers: headersOf(values.header ?? []),
      protocols: values.protocol,
      tls: await tlsOf(values),
      only: values.only,
      message: values.message,
      echo: values.echo,
      restart: values.restart,
      timeout: numberOf('timeout', values.timeout),
      halfOpenTimeout: numberOf('half-open', values['half-open']),
      deadline: numberOf('deadline', values.deadline),
      connectionsPerSecond: numberOf('rate', values.rate),
      clients: numberOf('clients', values.clients),
      restartTimeout: numberOf('restart-timeout', values['restart-timeout']),
      yesIMayTestThisServer: values['yes-i-may-test-this-server'],
    };
    const files = await outputs(values);
    try {
      const report = await examined(url, options, { json: false, paths: false, ...values }, terminal);
      if (typeof report === 'number') return report;
      await files.write(report);
      return report.ok ? EXIT.ok : EXIT.failed;
    } finally {
      await files.close();
    }
  },
});

/** The report, printed; the exit code where there is none. */
async function examined(
  url: string,
  options: CheckServerOptions,
  { json, paths }: { readonly json: boolean; readonly paths: boolean },
  terminal: Terminal,
): Promise<ServerReport | number> {
  const signal = terminal.interrupted();
  let done = 0;
  let plan: ServerCheckPlan | undefined;
  const showsProgress = terminal.stderr.isTTY === true && !json;
  const onPlan = (made: ServerCheckPlan): void => {
    plan = made;
    terminal.report(planText(made));
  };
  const onCheck = (result: CheckResult): void => {
    done += 1;
    if (json) terminal.print(`${jsonOf(result)}\n`);
    else if (showsProgress) terminal.stderr.write(`\r${done} of ${plan?.checks} checks\u001b[K`);
  };
  try {
    const checked = await checkServer(url, { ...options, signal, onPlan, onCheck });
    const report = paths
      ? totalled(checked, await runPaths(url, options, { signal, onPlan: terminal.report, onCheck }))
      : checked;
    if (showsProgress) terminal.stderr.write('\r\u001b[K');
    const { passed, failed, skipped } = report;
    terminal.print(
      json ? `${JSON.stringify({ passed, failed, skipped })}\n` : reportText(report, terminal.style),
    );
    return report;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ConfigurationError') throw new UsageError(message, { cause: error });
    if (name === 'AbortError' && signal.aborted) return EXIT.ok;
    if (name !== 'ConnectionError') throw error;
    terminal.report(terminal.errorStyle.red(`recker test: the server is out of reach: ${message}`));
    return EXIT.failed;
  }
}

/** One line of --json. */
function jsonOf({ id, level, rfc, result, expected, got }: CheckResult): string {
  return JSON.stringify({ check: id, level, rfc, result, expected, got });
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new UsageError(`--${name} takes a whole number, got "${text}"`);
  return Number(text);
}

/** Values are secrets: no message quotes one. */
function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new UsageError('--header takes "Name: value"');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

async function tlsOf({
  ca,
  cert,
  key,
  insecure,
}: { readonly [Name in 'ca' | 'cert' | 'key']?: string } & { readonly insecure?: boolean }): Promise<
  CheckServerOptions['tls']
> {
  if (ca === undefined && cert === undefined && key === undefined && insecure !== true) return undefined;
  const [readCa, readCert, readKey] = await Promise.all([ca, cert, key].map(readBytes));
  return {
    ca: readCa,
    cert: readCert,
    key: readKey,
    rejectUnauthorized: insecure === true ? false : undefined,
  };
}

async function readBytes(path: string | undefined): Promise<Uint8Array | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${nameOf(path)} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** The files of the results. They are opened first: nobody waits a minute for a folder that does not exist. */
async function outputs({ junit, html }: { readonly junit?: string; readonly html?: string }) {
  const opened: { readonly handle: FileHandle; readonly make: (report: ServerReport) => string }[] = [];
  const close = async (): Promise<void> => {
    for (const { handle } of opened) await handle.close();
  };
  try {
    if (junit !== undefined) opened.push({ handle: await openForWriting(junit), make: junitOf });
    if (html !== undefined) opened.push({ handle: await openForWriting(html), make: htmlOf });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async write(report: ServerReport): Promise<void> {
      for (const { handle, make } of opened) {
        await handle.truncate();
        await handle.write(make(report), 0);
      }
    },
  };
}

/** What is in it stays until there is a report. */
async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a').then(async (handle) => {
      await handle.close();
      return open(path, 'r+');
    });
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}
