/**
 * The names in the published type of the chart are written by hand: here they are held against the chart. The compiler
 * holds each list below against the type, the test against the chart.
 */
import { expect, it } from 'vitest';
import type { AnyStateNode, StateId } from 'xstate';
import type {
  ConnectionAction,
  ConnectionDelay,
  ConnectionGuard,
  ConnectionStateSchema,
} from '../../src/machine/chartType.js';
import { connectionMachine } from '../../src/machine/index.js';

const ACTIONS: Record<ConnectionAction, true> = {
  announceAskedLoss: true,
  announceEnd: true,
  announceExhaustion: true,
  announceFinalLoss: true,
  announceHeartbeatTimeout: true,
  announceLoss: true,
  announceOpening: true,
  announcePreparing: true,
  announceReplacedLoss: true,
  announceRetry: true,
  announceTermination: true,
  askLiveness: true,
  beginClosing: true,
  beginWait: true,
  bidFarewell: true,
  decideRetry: true,
  endClosing: true,
  enterConnecting: true,
  enterReconnecting: true,
  extendClosing: true,
  extendWait: true,
  forgetHaste: true,
  forgetLoss: true,
  forgetSilence: true,
  forgetStall: true,
  giveUpClosing: true,
  giveUpPreparing: true,
  hastenRetry: true,
  recordAbort: true,
  recordConnectTimeout: true,
  recordCutOff: true,
  recordHeartbeatTimeout: true,
  recordLoss: true,
  recordOpening: true,
  recordPeerClose: true,
  recordPeerError: true,
  recordPing: true,
  recordRestOfLoss: true,
  recordSending: true,
  recordUnprepared: true,
  resetAttempts: true,
  scheduleRetry: true,
  sendAnotherPing: true,
  sendClose: true,
  sendPing: true,
};

const GUARDS: Record<ConnectionGuard, true> = {
  canRetry: true,
  hasBeenFull: true,
  hasConnectTimeout: true,
  hasHeartbeat: true,
  hasPreparation: true,
  hasSleptOverStall: true,
  hasStalled: true,
  isClosingOverdue: true,
  isPeerAlive: true,
  isPeerAliveAndPingDue: true,
  isSpent: true,
  isStillSending: true,
  mayDial: true,
  pingsAgainFirst: true,
  stallsFirst: true,
  wasAsleep: true,
};

const DELAYS: Record<ConnectionDelay, true> = {
  closeExtension: true,
  closeTimeout: true,
  connectTimeout: true,
  heartbeatTimeout: true,
  nextPing: true,
  prepareTimeout: true,
  retryDelay: true,
};

const IDS: Record<StateId<ConnectionStateSchema>, true> = {
  connection: true,
  idle: true,
  'connection.session': true,
  connecting: true,
  reconnecting: true,
  preparing: true,
  open: true,
  unwatched: true,
  alive: true,
  awaitingPong: true,
  waitingForPong: true,
  askedForPong: true,
  'connection.session.closing': true,
  closingByUs: true,
  closingToConnect: true,
  closingByPeer: true,
  closingToReconnect: true,
  closingForGood: true,
  lost: true,
  'connection.lost.undecided': true,
  overruled: true,
  replaced: true,
  revived: true,
  backoff: true,
  exhausted: true,
  closed: true,
  'connection.closed.ended': true,
  aborted: true,
};

/** The ids of a state and of all below it. */
function idsOf(state: AnyStateNode): string[] {
  return [state.id, ...Object.values(state.states).flatMap(idsOf)];
}

it('the published type names each action, guard, delay and state of the chart, and no other', () => {
  const { actions, guards, delays } = connectionMachine.implementations;
  expect(Object.keys(actions).sort()).toEqual(Object.keys(ACTIONS).sort());
  expect(Object.keys(guards).sort()).toEqual(Object.keys(GUARDS).sort());
  expect(Object.keys(delays).sort()).toEqual(Object.keys(DELAYS).sort());
  expect(idsOf(connectionMachine.root).sort()).toEqual(Object.keys(IDS).sort());
});
