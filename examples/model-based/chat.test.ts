/**
 * A chat, tested by the chart of its connection: whatever happens to the connection, a member that is connected
 * has heard every line, once and in order. No scenario is written here; they are the paths of recker's chart, one
 * for each of its transitions.
 *
 *     npx vitest run examples/model-based
 */
import { describe, it } from 'vitest';
import { connectionPaths, runPath } from '../../src/testing/index.js';
import { ChatDriver, canBeRun } from './chatDriver.js';

// Times that a test can wait for.
const policy = { reconnectDelay: 50, connectTimeout: 400, heartbeatInterval: 400, heartbeatTimeout: 200 };

describe.concurrent('a member of the chat misses nothing', () => {
  for (const path of connectionPaths({ policy }).filter(canBeRun)) {
    it(path.description, () => runPath(path, new ChatDriver()));
  }
});
