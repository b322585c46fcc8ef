/**
 * A member of a chat, tested by the chart of its connection: whatever happens to the connection, a member that is
 * connected has heard every line, once and in order. No scenario is written here; they are the paths of recker's
 * chart, one for each of its transitions. They run over a fake transport, in virtual time.
 *
 *     npx vitest run examples/model-based
 *
 * In a project of your own: import from 'recker/testing'. To run the paths against a real server, write a `PathDriver`.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'vitest';
import { connectionPaths, type FakeConnection, fakePathDriver, runPath } from '../../src/testing/index.js';
import { ChatMember, type Line } from './chatMember.js';

let member: ChatMember;
/** What was said in the chat so far. */
let said: Line[] = [];
/** How many lines each connection was sent. */
let delivered = new Map<FakeConnection, number>();

beforeEach(() => {
  said = [];
  delivered = new Map();
});

const driver = fakePathDriver({
  make(options) {
    member = new ChatMember(options);
    return member.socket;
  },
  check(step, { transport, isFrozen }) {
    said.push({ number: said.length + 1, text: step.name });
    if (step.state !== 'open' || isFrozen) return;
    serve(transport.last);
    assert.deepEqual(member.lines, said);
  },
});

/** The server: sends a member what it asked for when it came, and then what is new. */
function serve(connection: FakeConnection): void {
  const { after } = JSON.parse(String(connection.sent[0])) as { after: number };
  const from = delivered.get(connection) ?? after;
  for (const line of said.slice(from)) connection.message(JSON.stringify(line));
  delivered.set(connection, said.length);
}

describe('a member of the chat misses nothing', () => {
  for (const path of connectionPaths()) {
    it(path.description, () => runPath(path, driver));
  }
});
