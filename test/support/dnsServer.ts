/**
 * A DNS server within the test's own process, over UDP (RFC 1035): it answers A and AAAA questions as configured,
 * or not at all, and records what it was asked. Written from the RFC.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

export type RecordType = 'A' | 'AAAA';

/** Addresses, none (an empty answer), or silence. */
export type DnsAnswer = readonly string[] | 'silence' | 'no such name';

const TYPES: Readonly<Record<number, RecordType>> = { 1: 'A', 28: 'AAAA' };
const HEADER = 12;

export class DnsServer {
  /** Each question, such as `A api.test`, in the order of arrival. */
  readonly questions: string[] = [];
  /** Milliseconds before an answer leaves. */
  delay = 0;
  readonly #answer: (name: string, type: RecordType) => DnsAnswer;
  readonly #socket: Socket = createSocket('udp4');

  private constructor(answer: (name: string, type: RecordType) => DnsAnswer) {
    this.#answer = answer;
    this.#socket.on('message', (question, { port, address }) => {
      const { name, type, end } = parse(question);
      if (type === undefined) return;
      this.questions.push(`${type} ${name}`);
      const answered = this.#answer(name, type);
      if (answered === 'silence') return;
      const reply = replyTo(question.subarray(0, end), answered);
      setTimeout(() => this.#socket.send(reply, port, address), this.delay);
    });
  }

  /** @param answer called for each question; what it returns is sent */
  static async start(
    port: number,
    answer: (name: string, type: RecordType) => DnsAnswer,
  ): Promise<DnsServer> {
    const server = new DnsServer(answer);
    server.#socket.bind(port, '127.0.0.1');
    await once(server.#socket, 'listening');
    return server;
  }

  stop(): void {
    this.#socket.close();
  }
}

function parse(question: Buffer): { name: string; type: RecordType | undefined; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[question.readUInt16BE(at + 1)], end: at + 5 };
}

function replyTo(question: Buffer, answer: Exclude<DnsAnswer, 'silence'>): Buffer {
  const addresses = answer === 'no such name' ? [] : answer;
  const head = Buffer.from(question);
  // A response, recursion available; code 3 is "Name Error".
  head.writeUInt16BE(0x8180 | (answer === 'no such name' ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  head.fill(0, 8, HEADER);
  return Buffer.concat([head, ...addresses.map(record)]);
}

function record(address: string): Buffer {
  const data = isIPv6(address) ? bytesOf6(address) : Buffer.from(address.split('.').map(Number));
  const head = Buffer.alloc(12);
  // The name is where the question has it.
  head.writeUInt16BE(0xc000 | HEADER, 0);
  head.writeUInt16BE(isIPv6(address) ? 28 : 1, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function bytesOf6(address: string): Buffer {
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const missing = 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...Array<string>(missing).fill('0'), ...groups(right)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
