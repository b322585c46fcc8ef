/**
 * The paths cover the chart: each written transition is taken by the path that is there for it, on a real actor.
 */

import { afterAll, describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { type ConnectionMachine, connectionMachine } from '../../src/machine/index.js';
import { stateNodes, writtenTransitions } from '../../src/machine/writtenTransitions.js';
import { runPath } from '../../src/testing/pathDriver.js';
import { connectionPaths, countPathStates } from '../../src/testing/paths.js';
import { ChartDriver } from './chartDriver.js';

const began = performance.now();
const paths = connectionPaths();
const generated = performance.now() - began;

/** The chart with one more transition, for a fact that no network can produce there. */
function withTransition(state: string, transition: object): ConnectionMachine {
  const { config } = connectionMachine;
  const states = { ...config.states } as Record<string, { readonly on?: object }>;
  const on = { ...states[state]?.on, ...transition };
  const changed = { ...config, states: { ...states, [state]: { ...states[state], on } } };
  // The types of the whole machine are not what is tested here.
  return createMachine(
    changed as never,
    connectionMachine.implementations as never,
  ) as unknown as ConnectionMachine;
}

/** How many transitions a config holds, counted without XState. */
function countInConfig(config: unknown): number {
  const { on, after, always, states } = config as Record<'on' | 'after' | 'always' | 'states', object>;
  const written = [...Object.values(on ?? {}), ...Object.values(after ?? {}), always ?? []].flat().length;
  return Object.values(states ?? {}).reduce((sum, state) => sum + countInConfig(state), written);
}

describe('writtenTransitions()', () => {
  it('lists what the config holds, each once', () => {
    const ids = writtenTransitions().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(countInConfig(connectionMachine.config));
  });

  it('tells candidates of one event apart, and knows delays, guards and targets by name', () => {
    const transitions = writtenTransitions();
    const ofAnswer = transitions.filter(({ id }) => id.startsWith('session.open.awaitingPong.asked:'));
    expect(ofAnswer.map(({ guard }) => guard)).toEqual([
      'wasAsleep',
      'isPeerAliveAndPingDue',
      'isPeerAlive',
      'isStillSending',
      undefined,
    ]);
    expect(transitions).toContainEqual({
      id: 'backoff:after.retryDelay',
      source: 'backoff',
      event: 'after.retryDelay',
      delay: 'retryDelay',
      guard: undefined,
      target: 'session.reconnecting',
      actions: [],
      reenter: false,
    });
    expect(transitions.find(({ id }) => id === 'session:abort')?.actions).toEqual([
      'recordAbort',
      'announceAskedLoss',
    ]);
  });
});

// Computing takes seconds, on a busy machine many.
describe('connectionPaths()', { timeout: 60_000 }, () => {
  it('has exactly one path for each written transition', () => {
    expect(paths.map(({ id }) => id)).toEqual(writtenTransitions().map(({ id }) => id));
  });

  it.each(paths.map((path) => [path.id, path] as const))('%s is taken on the chart', async (id, path) => {
    const driver = new ChartDriver();
    await runPath(path, driver);
    expect(driver.taken).toHaveLength(path.steps.length);
    expect(driver.taken.at(-1)).toContain(id);
  });

  it('finds a path to a transition that is new', () => {
    const machine = withTransition('backoff', { 'socket.opened': '#open', close: '#exhausted' });
    const only = ({ id }: { readonly id: string }) => id === 'backoff:close';
    const [path] = connectionPaths({ machine, only });
    expect(path?.steps.at(-1)).toMatchObject({ name: 'client calls close()', state: 'exhausted' });
  });

  it('fails, with its name, where a transition is new and no path takes it', () => {
    const machine = withTransition('backoff', { 'socket.opened': '#open' });
    expect(() => connectionPaths({ machine })).toThrow(/No path takes backoff:socket\.opened\./);
  });

  it('takes the numbers it is given', () => {
    const [path] = connectionPaths({
      policy: { reconnectDelay: 20 },
      only: ({ id }) => id === 'backoff:after.retryDelay',
    });
    expect(path?.policy).toMatchObject({ reconnect: true, reconnectDelay: 20, heartbeatInterval: 30_000 });
    expect(path?.steps.at(-1)?.event).toEqual({ type: 'delay.passed', delay: 'retryDelay', ms: 20 });
  });
});

describe('runPath()', () => {
  const [path] = connectionPaths({
    only: ({ id }) => id === 'session.connecting:socket.opened:hasHeartbeat',
  });

  it('says in which path and step something went wrong, and finishes', async () => {
    if (path === undefined) throw new Error('No path');
    const driver = new ChartDriver();
    let hasFinished = false;
    const cause = new Error('not open yet');
    driver.check = ({ state }) => {
      if (state === 'open') throw cause;
    };
    driver.finish = () => {
      hasFinished = true;
    };
    await expect(runPath(path, driver)).rejects.toMatchObject({
      message:
        'Path session.connecting:socket.opened:hasHeartbeat, step 2 of 2, "server accepts", expecting session.open.alive: not open yet',
      cause,
    });
    expect(hasFinished).toBe(true);
  });
});

afterAll(() => {
  const steps = paths.reduce((sum, path) => sum + path.steps.length, 0);
  console.log(
    `${stateNodes(connectionMachine).length - 1} states, ${writtenTransitions().length} written transitions, ` +
      `${paths.length} paths, ${steps} steps, from ${countPathStates()} states of chart, link and time ` +
      `in ${Math.round(generated)} ms`,
  );
});
