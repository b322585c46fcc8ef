/**
 * What is typed: a message, or a command that begins with `/`.
 */
import { readFile, stat } from 'node:fs/promises';
import { didYouMean } from '../api/values/index.js';
import { UsageError } from './command.js';
import { bytesOf } from './connectOptions.js';
import { roundTrip } from './connectScreen.js';
import type { ConnectSession } from './connectSession.js';
import { reasonOf } from './files.js';

const HELP = `/ping                 send a Ping
/close [CODE REASON]  close the connection, and end
/reconnect            connect anew
/state                show the state of the connection
/send-file PATH       send a file as one binary message
/binary HEX           send a binary message, e.g. /binary 00 ff
/help                 show this help
//TEXT                send /TEXT`;

type Word = (session: ConnectSession, rest: string) => void | Promise<void>;

const WORDS: Readonly<Record<string, Word>> = {
  ping: (session) => {
    if (session.ws.isConnected) session.ping();
    else session.report(`no Ping: ${session.ws.state}`);
  },
  close: (session, rest) => {
    if (rest === '') return session.close('close');
    const [, code = '', reason = ''] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
    if (!/^\d+$/.test(code)) throw new UsageError('/close takes a code, e.g. /close 4000 done');
    session.close('close', Number(code), reason);
  },
  reconnect: ({ ws }) => void ws.reconnect().catch(() => {}),
  state: showState,
  'send-file': sendFile,
  binary: (session, rest) => void session.send(bytesOf(rest, 'hex', '/binary')),
  help: (session) => {
    for (const line of HELP.split('\n')) session.report(line);
  },
};

/** Does what a typed line says. What is wrong with it is reported. */
export async function typed(session: ConnectSession, line: string): Promise<void> {
  // A text of several lines was pasted: it is no command.
  if (!line.startsWith('/') || line.includes('\n')) return send(session, line);
  if (line.startsWith('//')) return send(session, line.slice(1));
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
  try {
    const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
    if (word === undefined) throw new UsageError(unknown(name));
    await word(session, rest.trim());
  } catch (error) {
    session.report((error as Error).message);
  }
}

function send(session: ConnectSession, line: string): void {
  void session.send(line);
  if (!session.ws.isConnected) session.report('the message waits for the connection');
}

function unknown(name: string): string {
  const meant = didYouMean(
    `/${name}`,
    Object.keys(WORDS).map((word) => `/${word}`),
  );
  return `unknown command /${name}${meant === '' ? ': /help lists them' : meant}; //${name} sends /${name}`;
}

async function sendFile(session: ConnectSession, path: string): Promise<void> {
  try {
    if (path === '') throw new UsageError('/send-file takes a path');
    // What is no file may have no end.
    if (!(await stat(path)).isFile()) throw new UsageError(`${path} is no file`);
    const data = await readFile(path);
    void session.send(data);
    session.report(`${data.length} bytes of ${path}`);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

function showState(session: ConnectSession): void {
  const { ws } = session;
  const { messagesIn, messagesOut, queuedMessages, dials, opens } = ws.stats();
  const rtt = ws.latency === undefined ? 'none yet' : roundTrip(ws.latency);
  for (const line of [
    `${ws.state}: ${ws.toJSON().url}`,
    `protocol ${ws.protocol || 'none'}, extensions ${ws.extensions || 'none'}, round trip ${rtt}`,
    `${messagesOut} messages out, ${messagesIn} in, ${queuedMessages} waiting; ${dials} dials, ${opens} opens`,
  ]) {
    session.report(line);
  }
}
