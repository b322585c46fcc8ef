/** A recording through Stately's inspector: actors, events and snapshots arrive in order, as if it happened now. */
import { createInspector } from '@statelyai/inspect';
import { expect, it } from 'vitest';
import { sendRecording } from '../../examples/inspector-recording.js';
import { outage } from './recordings.js';

interface Sent {
  readonly type: string;
  readonly sessionId: string;
  readonly name?: string;
  readonly definition?: string;
  readonly event?: { readonly type: string };
  readonly snapshot?: { readonly value: unknown; readonly context: Readonly<Record<string, unknown>> };
}

function keep(): { readonly sent: Sent[]; readonly inspector: ReturnType<typeof createInspector> } {
  const sent: Sent[] = [];
  const inspector = createInspector({ send: (event) => void sent.push(event as unknown as Sent) });
  return { sent, inspector };
}

it('is sent client by client, step by step, with the chart', async () => {
  const { sent, inspector } = keep();
  await sendRecording(await outage(), inspector, Number.POSITIVE_INFINITY);
  const one = sent.filter(({ sessionId }) => sessionId === 'recorded:1');
  expect(one[0]).toMatchObject({
    type: '@xstate.actor',
    name: 'wss://chat.example.com/room?token=*** #1',
    snapshot: { value: 'idle' },
  });
  const definition = JSON.parse(one[0]?.definition ?? '') as { states: object };
  expect(Object.keys(definition.states)).toContain('backoff');
  expect(
    one
      .slice(1)
      .map(({ type, event, snapshot }) => (snapshot === undefined ? event?.type : [type, snapshot.value])),
  ).toEqual([
    'connect',
    ['@xstate.snapshot', { session: 'connecting' }],
    'socket.opened',
    ['@xstate.snapshot', { session: { open: 'alive' } }],
    'socket.closed',
    ['@xstate.snapshot', 'backoff'],
    'xstate.after.retryDelay.connection.backoff',
    ['@xstate.snapshot', { session: 'reconnecting' }],
    'socket.failed',
    ['@xstate.snapshot', 'backoff'],
    'xstate.after.retryDelay.connection.backoff',
    ['@xstate.snapshot', { session: 'reconnecting' }],
    'socket.opened',
    ['@xstate.snapshot', { session: { open: 'alive' } }],
    'close',
    ['@xstate.snapshot', { session: { closing: 'byUs' } }],
    'socket.closed',
    ['@xstate.snapshot', { closed: 'ended' }],
  ]);
  expect(one.find(({ snapshot }) => snapshot?.value === 'backoff')?.snapshot?.context).toMatchObject({
    attempt: 1,
    delay: 1000,
  });
  // In the order of time, over both clients.
  expect(
    sent.filter(({ type }) => type === '@xstate.event').map(({ sessionId }) => sessionId.at(-1)),
  ).toEqual(
    (await outage())
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => (JSON.parse(line) as { c: string }).c),
  );
});

it('keeps its pace, and ends where the last line is cut', async () => {
  const { sent, inspector } = keep();
  const begun = performance.now();
  // 9 s of a recording, 100 times as fast.
  await sendRecording((await outage()).slice(0, -20), inspector, 100);
  expect(performance.now() - begun).toBeGreaterThan(80);
  expect(sent.filter(({ type }) => type === '@xstate.event').at(-1)?.event?.type).toBe('close');
});
