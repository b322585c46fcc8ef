/**
 * The lines of a pipe or a file.
 */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { UsageError } from './command.js';
import { reasonOf } from './files.js';

/** In characters. A longer line would not fit into the send queue of the client. */
const LONGEST_LINE = 64 * 1024 * 1024 - 400;

/**
 * The lines of a stream, as many at a time as were read at once. A line ends at `\n` or `\r\n`; the last may lack it. Ends
 * quietly when `signal` aborts, which also destroys the stream.
 *
 * @throws UsageError where the stream cannot be read, and for a line of more than 64 MiB
 */
export async function* linesOf(stream: Readable, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  const stop = (): void => void stream.destroy();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  try {
    for await (const chunk of stream) {
      const [first = '', ...rest] = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n');
      parts.push(first);
      length += first.length;
      if (length > LONGEST_LINE) throw new UsageError('a line of stdin is longer than 64 MiB');
      const last = rest.pop();
      if (last === undefined) continue;
      const lines = [parts.join(''), ...rest];
      parts = [last];
      length = last.length;
      yield lines.map(withoutReturn);
    }
    const last = parts.join('') + decoder.end();
    if (last !== '') yield [withoutReturn(last)];
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof UsageError) throw error;
    throw new UsageError(`stdin cannot be read: ${reasonOf(error)}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
