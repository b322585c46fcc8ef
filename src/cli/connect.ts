/**
 * `recker connect`: a terminal client that shows the state of its connection and comes back after a loss.
 *
 * Owns the words of the command. Everything else is loaded when it runs.
 */
import { defineCommand } from './command.js';

export const command = defineCommand({
  summary: 'a terminal client for a WebSocket server, which comes back after a loss',
  details: `Each line that is typed is a message. A line that begins with / is a command (/help lists them),
and one that begins with // sends a line that begins with /. Every line of a pipe is a message. At
the end of stdin all is sent, and then the connection is closed. Messages are on stdout, everything
else is on stderr.`,
  positionals: { name: 'URL', least: 1, most: 1 },
  options: {
    header: {
      type: 'string',
      short: 'H',
      multiple: true,
      value: "'NAME: VALUE'",
      help: 'a header of the handshake (repeatable)',
    },
    protocol: {
      type: 'string',
      short: 'p',
      multiple: true,
      value: 'NAME',
      help: 'a subprotocol to offer (repeatable)',
    },
    proxy: {
      type: 'string',
      value: 'URL',
      help: "an HTTP or SOCKS proxy, or 'env' for that of the environment",
    },
    ca: { type: 'string', value: 'FILE', help: 'trusted certificate authorities, PEM' },
    cert: { type: 'string', value: 'FILE', help: "the client's certificate, PEM" },
    key: { type: 'string', value: 'FILE', help: "the client's private key, PEM" },
    insecure: { type: 'boolean', help: 'accept any certificate' },
    compress: { type: 'boolean', help: 'offer permessage-deflate' },
    attempts: {
      type: 'string',
      value: 'N',
      help: 'how often to dial again after a failed dial or a loss; 0: for ever\n(default 5)',
    },
    once: { type: 'string', value: 'MESSAGE', help: 'send this, print the first answer, end' },
    timeout: {
      type: 'string',
      value: 'SECONDS',
      help: 'with --once: how long to wait for the answer, from open (default 10)',
    },
    listen: { type: 'boolean', help: 'print messages, and read no stdin' },
    wait: {
      type: 'string',
      value: 'SECONDS',
      help: 'how long to wait for messages after the end of stdin (default 0)',
    },
    binary: {
      type: 'boolean',
      help: 'send binary messages: a line, or --once, is hex\n(base64 with --base64)',
    },
    base64: { type: 'boolean', help: 'print binary messages as base64, each on a line' },
    multiline: { type: 'boolean', help: 'pasted text is one message, with its line breaks' },
    json: { type: 'boolean', help: 'print messages and changes of state as NDJSON' },
    record: { type: 'string', value: 'FILE', help: 'save a recording, for recker check, replay and view' },
    view: { type: 'boolean', help: 'open the live view, and print its address on stderr' },
  },
  examples: [
    ['recker connect wss://example.com/feed', 'Type messages, and see those that arrive.'],
    [
      'recker connect -H \'Authorization: Bearer …\' --once \'{"op":"ping"}\' wss://example.com/feed',
      'Asks one question: exit code 1 where no answer comes within 10 s.',
    ],
    [
      'recker connect --listen --json wss://example.com/feed | jq \'select(.type == "message")\'',
      'Messages for another program.',
    ],
    ['recker connect ws://localhost:8080 < messages.txt', 'Sends each line of a file.'],
  ],
  async run(given, terminal) {
    const { runConnect } = await import('./connectRun.js');
    return await runConnect(given.positionals[0] ?? '', given.values, terminal);
  },
});
