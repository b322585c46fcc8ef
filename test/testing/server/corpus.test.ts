/** A broken server for each check: the check finds it, and no other check is led astray. */
import { beforeAll, describe, expect, it } from 'vitest';
import { checkServer, type ServerReport, serverChecks } from '../../../src/testing/index.js';
import { type Broken, FAULTS } from './faults.js';
import { FaultyServer } from './faultyServer.js';
import { MORE_FAULTS } from './moreFaults.js';

const ALL = { ...FAULTS, ...MORE_FAULTS };
const QUICK = {
  timeout: 1000,
  halfOpenTimeout: 0,
  connectionsPerSecond: 1000,
  messageBytes: 2 ** 20,
  fragments: 500,
  pings: 200,
  clients: 30,
} as const;

async function examined({ restarts, options, ...fault }: Broken): Promise<ServerReport> {
  const server = await FaultyServer.start(fault);
  try {
    return await checkServer(server.url, {
      ...QUICK,
      ...(restarts && { restart: () => restarts(server) }),
      ...options,
    });
  } finally {
    await server.stop();
  }
}

const failedIn = ({ checks }: ServerReport) =>
  checks.filter(({ result }) => result === 'fail').map(({ id, got }) => ({ id, got }));

/** How many examinations run at a time: they wait for most of their time. */
const AT_ONCE = 8;
const reports = new Map<string, ServerReport>();

beforeAll(async () => {
  const left = Object.entries(ALL);
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      reports.set(next[0], await examined(next[1]));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 120_000);

it('the server without a fault passes every check', async () => {
  const report = await examined({
    pingEvery: 1000,
    options: { halfOpenTimeout: 5000 },
    restarts: (server) => server.restart(1012),
  });
  expect(failedIn(report)).toEqual([]);
  expect(report.checks.filter(({ result }) => result === 'n/a').map(({ id }) => id)).toEqual([
    'restart/retry-after',
  ]);
});

it('there is a broken server for every check', () => {
  expect(Object.keys(ALL).sort()).toEqual(
    serverChecks()
      .map(({ id }) => id)
      .sort(),
  );
});

describe('the server with one fault fails', () => {
  it.each(Object.entries(ALL))('%s', (id, { also = [] }) => {
    const failed = failedIn(reports.get(id) ?? expect.unreachable());
    expect(failed.map((each) => each.id)).toContain(id);
    expect(failed.filter((each) => each.id !== id && !also.includes(each.id))).toEqual([]);
  });
});
