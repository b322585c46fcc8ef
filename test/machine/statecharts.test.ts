/**
 * The files in statecharts/ are the chart: none is older than src/machine, and each says the same as it.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { renderRecordingHeader, renderStatecharts } from '../../scripts/statecharts/index.js';
import { mermaidId, mermaidLabel } from '../../scripts/statecharts/mermaid.js';
import { connectionMachine } from '../../src/machine/index.js';
import {
  type ChartDefinition,
  stateNodes,
  statePath,
  type WrittenTransition,
  writtenTransitions,
} from '../../src/machine/writtenTransitions.js';
import { connectionChart } from '../../statecharts/connection.js';

const read = (name: string) => readFile(new URL(`../../statecharts/${name}`, import.meta.url), 'utf8');
const rendered = await renderStatecharts();

/** Everything of a chart that can be said in data. */
function graphOf(chart: ChartDefinition) {
  return {
    states: stateNodes(chart).map((node) => ({
      path: statePath(node),
      id: node.id,
      type: node.type,
      description: node.description,
      tags: node.tags,
      initial: node.initial?.target?.map(({ id }) => id),
      entry: node.config.entry,
      exit: node.config.exit,
      invokes: node.invoke.map(({ id, src }) => ({ id, src })),
    })),
    transitions: writtenTransitions(chart),
  };
}

function leads({ source, target }: WrittenTransition): boolean {
  return target !== undefined && target !== source;
}

describe('statecharts/', () => {
  it.each([...rendered])('%s is what the script writes from the machine', async (name, content) => {
    expect(await read(name)).toBe(content);
  });

  it('its hash is in the headers of recordings', async () => {
    const made = await readFile(new URL('../../src/recording/made.ts', import.meta.url), 'utf8');
    expect(made).toBe(renderRecordingHeader(rendered));
  });

  it('connection.json makes a machine with the same graph', async () => {
    const machine = createMachine(JSON.parse(await read('connection.json')));
    expect(graphOf(machine)).toEqual(graphOf(connectionMachine));
  });

  it('connection.ts is a machine with the same graph, and implements every name', () => {
    expect(graphOf(connectionChart)).toEqual(graphOf(connectionMachine));
    for (const kind of ['actions', 'guards', 'delays', 'actors'] as const) {
      const names = Object.keys(connectionMachine.implementations[kind]);
      expect(Object.keys(connectionChart.implementations[kind])).toEqual(names);
    }
  });

  it('connection.mmd has each state once, nested as in the chart, and each transition once', async () => {
    const lines = (await read('connection.mmd')).split('\n').map((line) => line.trim());
    const open: string[] = [];
    const declared: string[] = [];
    for (const line of lines) {
      const [, id, brace] = /^state ".*" as (\w+)( \{)?$/.exec(line) ?? [];
      if (id !== undefined) declared.push([...open.slice(-1), id].join(' > '));
      if (id !== undefined && brace !== undefined) open.push(id);
      if (line === '}') open.pop();
    }
    const nodes = stateNodes(connectionMachine).filter(({ parent }) => parent !== undefined);
    const parentOf = (path: string) => path.split('.').slice(0, -1).join('.');
    expect(declared).toEqual(
      nodes.map(statePath).map((path) =>
        [parentOf(path), path]
          .filter((part) => part !== '')
          .map(mermaidId)
          .join(' > '),
      ),
    );
    const arrows = lines.filter((line) => line.includes('-->') && !line.startsWith('[*]'));
    expect(arrows).toEqual(
      writtenTransitions()
        .filter(leads)
        .map(
          (transition) =>
            `${mermaidId(transition.source)} --> ${mermaidId(transition.target ?? '')} : ${mermaidLabel(transition)}`,
        ),
    );
    for (const transition of writtenTransitions().filter((written) => !leads(written))) {
      expect(lines.filter((line) => line.includes(mermaidLabel(transition)))).not.toEqual([]);
    }
  });

  it('connection.svg has each state and each transition once, by its id', async () => {
    const svg = await read('connection.svg');
    const ids = [...svg.matchAll(/ id="((?:state|transition)-[^"]+)"/g)].map(([, id]) => id);
    const states = stateNodes(connectionMachine)
      .filter(({ parent }) => parent !== undefined)
      .map((node) => `state-${statePath(node)}`);
    const transitions = writtenTransitions().map(({ id }) => `transition-${id}`);
    expect(ids.sort()).toEqual([...states, ...transitions].sort());
  });
});
