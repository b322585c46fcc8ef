/**
 * Mutants that no check can tell from the source as it is, and why. What is here and is killed, or is no longer
 * there, makes the run fail.
 */
const ENTERED_BY_NAME =
  'Every transition into it names the child that it enters: the first child is never taken by default.';
const FIRST_CHILD = 'That is the first child of the target, with the same states entered on the way.';

const FOR_THE_TYPES = 'The branch is for the types: the action runs only where the other one holds.';

export const EXPLAINED: Readonly<Record<string, string>> = {
  'session.open.alive:after.nextPing:otherwise: leads to #waitingForPong': FIRST_CHILD,
  'session.open.awaitingPong.asked:socket.answered:wasAsleep: leads to #waitingForPong': FIRST_CHILD,
  'session.open.awaitingPong.asked:socket.answered:isPeerAliveAndPingDue: leads to #waitingForPong':
    FIRST_CHILD,
  'session.open:reconnect: without recordCutOff':
    'Entering open forgets the loss before, and a loss of which nothing is known is told as cut off. Said twice on purpose: the transition tells what it announces.',
  'session: begins in reconnecting': ENTERED_BY_NAME,
  'session: begins in open': ENTERED_BY_NAME,
  'session: begins in closing': ENTERED_BY_NAME,
  'session.closing: begins in toConnect': ENTERED_BY_NAME,
  'session.closing: begins in byPeer': ENTERED_BY_NAME,
  'session.closing: begins in toReconnect': ENTERED_BY_NAME,
  'session.closing: begins in forGood': ENTERED_BY_NAME,
  "actions.ts: : { type: 'close', code: 1000, reason: '' }, → : { type: 'close', code: (1000 + 1), reason: '' },":
    FOR_THE_TYPES,
  "actions.ts: delay: context.verdict.kind === 'retry' ? context.verdict.delay : 0, → delay: context.verdict.kind === 'retry' ? context.verdict.delay : (0 + 1),":
    FOR_THE_TYPES,
  "actions.ts: : { type: 'ended', code: 1000, reason: '' }, → : { type: 'ended', code: (1000 + 1), reason: '' },":
    FOR_THE_TYPES,
  'backoff.ts: const doublings = Math.min(attempt - 1, 1000); → const doublings = Math.min(attempt - 1, (1000 + 1));':
    'Both 2^1000 and 2^1001 ms are beyond every cap; the number has only to be far from 2^1024.',
};
