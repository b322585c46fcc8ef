/**
 * What a state of the chart means to callers, read from its tags.
 */
import type { ConnectionTag } from '../../machine/index.js';
import type { ConnectionState } from '../types.js';

/** The numbers of the WHATWG WebSocket interface. */
export const READY_STATES: Readonly<Record<ConnectionState, 0 | 1 | 2 | 3>> = {
  idle: 3,
  connecting: 0,
  preparing: 0,
  open: 1,
  closing: 2,
  backoff: 3,
  reconnecting: 0,
  exhausted: 3,
  closed: 3,
};

/** A state as the class needs it. */
export interface StateView {
  readonly state: ConnectionState;
  /** What becomes of a message. */
  readonly messages: 'sent' | 'queued' | 'refused';
  /** Nothing happens any more until a call. */
  readonly isResting: boolean;
  /** Ended for good. */
  readonly isAborted: boolean;
}

const isState = (tag: string): tag is ConnectionState => Object.hasOwn(READY_STATES, tag);

/** The view of a snapshot's tags. */
export function viewOf(tags: ReadonlySet<string>, reconnects: boolean): StateView {
  const has = (tag: ConnectionTag) => tags.has(tag);
  let state: ConnectionState = 'idle';
  for (const tag of tags) if (isState(tag)) state = tag;
  const queues = has('queues') || (reconnects && has('queuesIfReconnecting'));
  return shared({
    state,
    messages: has('sends') ? 'sent' : queues ? 'queued' : 'refused',
    isResting: has('resting'),
    isAborted: has('aborted'),
  });
}

/** The few views that there are: thousands of clients share them. */
const views: StateView[] = [];

function shared(view: StateView): StateView {
  for (const known of views) {
    if (
      known.state === view.state &&
      known.messages === view.messages &&
      known.isResting === view.isResting &&
      known.isAborted === view.isAborted
    ) {
      return known;
    }
  }
  views.push(Object.freeze(view));
  return view;
}
