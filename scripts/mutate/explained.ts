/**
 * Mutants that no check can tell from the source as it is, and why. What is here and is killed, or is no longer
 * there, makes the run fail.
 */
const ENTERED_BY_NAME =
  'Every transition into it names the child that it enters: the first child is never taken by default.';
const FIRST_CHILD = 'That is the first child of the target, with the same states entered on the way.';

const FOR_THE_TYPES = 'The branch is for the types: the action runs only where the other one holds.';

const CUT_OFF_BY_DEFAULT =
  'The loss before is forgotten, and a loss of which nothing is known is reported as cut off. Written twice on purpose: the transition says what it announces.';

const BYTES_WAIT =
  'Needs bytes that wait for the kernel, or the marks of a connection that had some. The paths and the table have none; the tests of it are test/api/sendProgress.test.ts and test/faults/uploads.test.ts, which this run does not ask.';

const HASTENED =
  'Needs several dials that reports of the surroundings began: test/api/surroundings.test.ts, which this run does not ask.';

const PREPARING =
  'What ends a session that is being prepared is the cause of its error: test/session and test/faults/preparing.test.ts, which this run does not ask.';

export const EXPLAINED: Readonly<Record<string, string>> = {
  'session.open.alive:after.nextPing:otherwise: leads to #waitingForPong': FIRST_CHILD,
  'session.open:reconnect: without recordCutOff': CUT_OFF_BY_DEFAULT,
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
  'session.connecting:socket.opened:otherwise: leads to #open': FIRST_CHILD,
  'session.reconnecting:socket.opened:otherwise: leads to #open': FIRST_CHILD,
  'session.preparing:session.prepared:otherwise: leads to #open': FIRST_CHILD,
  'session.preparing:reconnect: without recordCutOff': CUT_OFF_BY_DEFAULT,
  'session.preparing:socket.peerErred: without recordPeerError': PREPARING,
  'session.preparing:socket.peerErred: without recordUnprepared': PREPARING,
  'session.preparing:socket.closed: without recordLoss': PREPARING,
  'session.preparing:after.prepareTimeout: leads to #preparing': PREPARING,
  'session.open.alive:runtime.online: leads to #waitingForPong': FIRST_CHILD,
  'session.open.alive:runtime.awake: leads to #waitingForPong': FIRST_CHILD,
  'session.open.alive:socket.filled: leads nowhere': BYTES_WAIT,
  'session.open.alive:socket.filled: enters nothing again': BYTES_WAIT,
  'session.open.alive:socket.answered:hasSleptOverStall: leads to #waitingForPong': FIRST_CHILD,
  'session.open.alive:socket.answered:hasSleptOverStall: without forgetSilence': BYTES_WAIT,
  'session.open.alive:socket.answered:hasSleptOverStall: without forgetStall': BYTES_WAIT,
  'session.open.alive:socket.answered:hasBeenFull: leads nowhere': BYTES_WAIT,
  'session.open.alive:socket.answered:hasBeenFull: enters nothing again': BYTES_WAIT,
  'session.open.alive:socket.answered:hasBeenFull: without recordSending': BYTES_WAIT,
  'session.open.alive:after.nextPing:stallsFirst: leads to #alive': BYTES_WAIT,
  'session.open.awaitingPong:runtime.online: leads to #waitingForPong': FIRST_CHILD,
  'session.open.awaitingPong:runtime.online: without forgetSilence': BYTES_WAIT,
  'session.open.awaitingPong:runtime.online: without forgetStall': BYTES_WAIT,
  'session.open.awaitingPong:runtime.awake: leads to #waitingForPong': FIRST_CHILD,
  'session.open.awaitingPong:runtime.awake: without forgetSilence': BYTES_WAIT,
  'session.open.awaitingPong:runtime.awake: without forgetStall': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:wasAsleep: enters nothing again': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:wasAsleep: without forgetSilence': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:wasAsleep: without forgetStall': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:isPeerAliveAndPingDue: enters nothing again': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:isPeerAliveAndPingDue: without recordSending': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:isPeerAlive: without recordSending': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:isStillSending: leads to #awaitingPong': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:isStillSending: without recordSending': BYTES_WAIT,
  'session.open.awaitingPong.asked:socket.answered:isStillSending: without extendWait': BYTES_WAIT,
  'session.closing:closing.overdue: leads to #closingByUs': BYTES_WAIT,
  'session.closing:closing.overdue: without askLiveness': BYTES_WAIT,
  'session.closing:socket.answered:isClosingOverdue: leads to #closingByUs': BYTES_WAIT,
  'session.closing:socket.answered:isClosingOverdue: leads to #closingForGood': BYTES_WAIT,
  'session.closing:socket.answered:hasBeenFull: leads to #closingByUs': BYTES_WAIT,
  'session.closing:socket.answered:hasBeenFull: without recordSending': BYTES_WAIT,
  'session.closing:after.closeTimeout:hasBeenFull: leads to #closingByUs': BYTES_WAIT,
  'backoff:runtime.awake:mayDial: without hastenRetry': HASTENED,
  'session: begins in preparing': ENTERED_BY_NAME,
  'session.open: begins in alive': ENTERED_BY_NAME,
  'session.open: begins in awaitingPong': ENTERED_BY_NAME,
  'session.closing: without entry beginClosing': BYTES_WAIT,
  'session.closing: without exit endClosing': BYTES_WAIT,
  'delays.ts: closeExtension: ({ context, event }) => Math.max(0, closingRest(context, event)), → closeExtension: ({ context, event }) => Math.max((0 + 1), closingRest(context, event)),':
    BYTES_WAIT,
  'actions.ts: resetAttempts: assign({ attempt: 0, isHastened: false }), → resetAttempts: assign({ attempt: 0, isHastened: true }),':
    HASTENED,
  'actions.ts: isHastened: false, → isHastened: true,': HASTENED,
  'actions.ts: askAt: ({ context, event }) => context.environment.now() + answerRest(context, event), → askAt: ({ context, event }) => context.environment.now() - answerRest(context, event),':
    BYTES_WAIT,
  "actions.ts: if (!('sending' in event) || event.sending === undefined) return {}; → if (!('sending' in event) && event.sending === undefined) return {};":
    BYTES_WAIT,
  "retry.ts: if (isSpared && !isSlow && retryAfter === 0 && verdict.kind === 'retry' && !verdict.isOffline) { → if (isSpared && !isSlow && retryAfter !== 0 && verdict.kind === 'retry' && !verdict.isOffline) {":
    HASTENED,
  "retry.ts: if (isSpared && !isSlow && retryAfter === 0 && verdict.kind === 'retry' && !verdict.isOffline) { → if (isSpared && !isSlow && retryAfter === 0 && verdict.kind !== 'retry' && !verdict.isOffline) {":
    HASTENED,
  "retry.ts: if (isSpared && !isSlow && retryAfter === 0 && verdict.kind === 'retry' && !verdict.isOffline) { → if (isSpared && !isSlow && retryAfter === (0 + 1) && verdict.kind === 'retry' && !verdict.isOffline) {":
    HASTENED,
  'backoff.ts: const doublings = Math.min(attempt - 1, 1000); → const doublings = Math.min(attempt - 1, (1000 + 1));':
    'Both 2^1000 and 2^1001 ms are beyond every cap; the number has only to be far from 2^1024.',
};
