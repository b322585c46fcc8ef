/**
 * Mutants that no check can tell from the source as it is, and why. What is here and is killed, or is no longer
 * there, makes the run fail.
 */
const ENTERED_BY_NAME =
  'Every transition into it names the child that it enters: the first child is never taken by default.';
const FIRST_CHILD = 'That is the first child of the target, with the same states entered on the way.';

export const EXPLAINED: Readonly<Record<string, string>> = {
  'session.connecting:socket.opened: leads to #alive': FIRST_CHILD,
  'session.reconnecting:socket.opened: leads to #alive': FIRST_CHILD,
  'session.open.alive:after.nextPing: leads to #waitingForPong': FIRST_CHILD,
  'session.open.awaitingPong:socket.answered:wasAsleep: leads to #waitingForPong': FIRST_CHILD,
  'session.open.awaitingPong:socket.answered:isPeerAliveAndPingDue: leads to #waitingForPong': FIRST_CHILD,
  'session.open:reconnect: without recordCutOff':
    'Entering open forgets the loss before, and a loss of which nothing is known is told as cut off. Said twice on purpose: the transition tells what it announces.',
  'session.open.awaitingPong.waiting:after.pingMeanwhile: without the guard pingsMeanwhile':
    'Where the guard is false the delay is the longest that a timer can hold, and heartbeatTimeout comes before it. The guard is for readers of the drawing.',
  'session: begins in reconnecting': ENTERED_BY_NAME,
  'session: begins in open': ENTERED_BY_NAME,
  'session: begins in closing': ENTERED_BY_NAME,
  'session.closing: begins in toConnect': ENTERED_BY_NAME,
  'session.closing: begins in byPeer': ENTERED_BY_NAME,
  'session.closing: begins in toReconnect': ENTERED_BY_NAME,
  'session.closing: begins in forGood': ENTERED_BY_NAME,
  'delay autoConnectTick: twice as long': 'Twice 0 is 0; where it is not 0 the guard stops it.',
  'delay autoConnectTick: no time at all': 'It is 0 already; where it is not 0 the guard stops it.',
};
