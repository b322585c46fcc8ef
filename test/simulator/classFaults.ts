/**
 * Faults of the class, and of what lies between it and the socket: a method or a getter of a prototype is replaced.
 */
import { ChartClock } from '../../src/api/chart/clock.js';
import { ClientCore } from '../../src/api/clientCore.js';
import { Announcer } from '../../src/api/events/announcer.js';
import { PendingCalls } from '../../src/api/events/pendingCalls.js';
import type { Announcement } from '../../src/api/events/translate.js';
import { Waiters } from '../../src/api/events/waiters.js';
import { type EndReason, Receiver } from '../../src/api/incoming/receiver.js';
import { GuardedTransport } from '../../src/api/link/guardedTransport.js';
import { Link } from '../../src/api/link/link.js';
import { Outbox } from '../../src/api/outgoing/outbox.js';
import { Held, MESSAGE_COST, SendQueue } from '../../src/api/outgoing/sendQueue.js';
import { LiveSession } from '../../src/api/session/liveSession.js';
import { ReckerWebSocket, type WebSocketMessage } from '../../src/index.js';
import { ignore } from '../../src/port/index.js';
import type { Fault } from './fault.js';

/** Replaces a method of a class by what `make` returns for it. */
function method<This extends object, Name extends keyof This & string>(
  prototype: This,
  name: Name,
  make: (original: This[Name]) => This[Name],
): () => () => void {
  return () => {
    const original = prototype[name];
    prototype[name] = make(original);
    return () => {
      prototype[name] = original;
    };
  };
}

/** The same for a getter. */
function getter<This extends object, Name extends keyof This & string>(
  prototype: This,
  name: Name,
  make: (original: (this: This) => This[Name]) => (this: This) => This[Name],
): () => () => void {
  return () => {
    const original = Object.getOwnPropertyDescriptor(prototype, name);
    if (original?.get === undefined) throw new Error(`There is no getter ${name}`);
    Object.defineProperty(prototype, name, { ...original, get: make(original.get) });
    return () => Object.defineProperty(prototype, name, original);
  };
}

const together =
  (...plants: readonly (() => () => void)[]): (() => () => void) =>
  () => {
    const removals = plants.map((plant) => plant());
    return () => {
      for (const remove of removals.reverse()) remove();
    };
  };

/** What the present connection of a client, and the one before, had sent last; the code of the close before. */
const lastSent = new WeakMap<object, string>();
const unsent = new WeakMap<ClientCore, string>();
const lastCodes = new WeakMap<Announcer, number>();
const opened = new WeakSet<Link>();

export const CLASS_FAULTS: readonly Fault[] = [
  {
    name: 'close is emitted twice after a failed dial',
    plant: method(
      Announcer.prototype,
      'announce',
      (announce) =>
        function (this: Announcer, announcement: Announcement) {
          announce.call(this, announcement);
          const { event, args } = announcement;
          if (event === 'close' && args[2].error !== undefined) announce.call(this, announcement);
        },
    ),
  },
  {
    name: 'close reports the code of the connection before',
    plant: method(
      Announcer.prototype,
      'announce',
      (announce) =>
        function (this: Announcer, announcement: Announcement) {
          if (announcement.event !== 'close') return announce.call(this, announcement);
          const [code, reason, info] = announcement.args;
          announce.call(this, { ...announcement, args: [lastCodes.get(this) ?? code, reason, info] });
          lastCodes.set(this, code);
        },
    ),
  },
  {
    name: 'what a listener throws is swallowed',
    plant: method(
      Announcer.prototype,
      'deliver',
      (deliver) =>
        function (this: Announcer, announcement: Announcement) {
          try {
            deliver.call(this, announcement);
          } catch {}
        },
    ),
  },
  {
    name: 'what a message listener throws escapes into the socket',
    plant: method(
      Announcer.prototype,
      'deliverNow',
      () =>
        function (this: Announcer, message: WebSocketMessage) {
          return this.listeners.emit('message', message) !== false;
        },
    ),
  },
  {
    name: 'a message that is refused is not reported',
    plant: method(
      Announcer.prototype,
      'deliver',
      (deliver) =>
        function (this: Announcer, announcement: Announcement) {
          if (announcement.event !== 'undelivered') deliver.call(this, announcement);
        },
    ),
  },
  {
    name: 'connect() stays pending when the client is closed',
    plant: method(
      Waiters.prototype,
      'takeAll',
      (takeAll) =>
        function (this: Waiters) {
          const taken = takeAll.call(this);
          return taken && { resolve: taken.resolve, reject: ignore };
        },
    ),
  },
  {
    name: 'connect() resolves with the upgrade, before prepare is done',
    plant: method(
      ClientCore.prototype,
      'onOpened',
      (onOpened) =>
        function (this: ClientCore, ...args: Parameters<ClientCore['onOpened']>) {
          onOpened.apply(this, args);
          this.calls.resolveOpen();
        },
    ),
  },
  {
    name: 'close() resolves before the connection has ended',
    plant: method(PendingCalls.prototype, 'untilClosed', () => () => Promise.resolve()),
  },
  {
    name: 'the promise of a queued message that is refused stays pending',
    plant: method(Held.prototype, 'reject', () => ignore),
  },
  {
    name: 'the promise of send() that waits for the drain outlives the connection',
    plant: method(Outbox.prototype, 'failDrains', () => ignore),
  },
  {
    name: 'what the kernel had not taken is sent again on the next connection',
    plant: together(
      method(
        GuardedTransport.prototype,
        'send',
        (send) =>
          function (this: GuardedTransport, data: Parameters<typeof send>[0]) {
            if (typeof data === 'string') lastSent.set(this, data);
            return send.call(this, data);
          },
      ),
      method(
        ClientCore.prototype,
        'onLinkEnded',
        (onLinkEnded) =>
          function (this: ClientCore) {
            const transport = this.link?.transport;
            const last = transport === undefined ? undefined : lastSent.get(transport);
            if (transport !== undefined && transport.unsentBytes > 0 && last !== undefined)
              unsent.set(this, last);
            onLinkEnded.call(this);
          },
      ),
      method(
        ClientCore.prototype,
        'flush',
        (flush) =>
          function (this: ClientCore) {
            const again = unsent.get(this);
            if (again !== undefined && this.sendingOn?.isWritable) {
              unsent.delete(this);
              this.sendingOn.send(again);
            }
            flush.call(this);
          },
      ),
    ),
  },
  {
    name: 'a message overtakes those that are queued',
    plant: method(SendQueue.prototype, 'holdsBack', () => () => false),
  },
  {
    name: 'what an open listener sends goes behind the queue',
    plant: together(
      method(
        SendQueue.prototype,
        'holdsBack',
        (holdsBack) =>
          function (this: SendQueue) {
            return holdsBack.call(this, false);
          },
      ),
      method(
        SendQueue.prototype,
        'push',
        (push) =>
          function (this: SendQueue, held: Held) {
            push.call(this, held, false);
          },
      ),
    ),
  },
  {
    name: 'a timer is not cleared',
    plant: method(ChartClock.prototype, 'clearTimeout', () => ignore),
  },
  {
    name: 'a dial that is given up goes on',
    plant: together(
      method(
        Link.prototype,
        'opened',
        (open) =>
          function (this: Link, ...args: Parameters<Link['opened']>) {
            opened.add(this);
            open.apply(this, args);
          },
      ),
      method(
        Link.prototype,
        'destroy',
        (destroy) =>
          function (this: Link) {
            if (!opened.has(this)) this.transport = undefined;
            destroy.call(this);
          },
      ),
    ),
  },
  {
    name: 'an iterator loses what it holds when the client is closed',
    plant: method(
      Receiver.prototype,
      'end',
      (end) =>
        function (this: Receiver, reason: EndReason | undefined) {
          while (this.take() !== undefined);
          end.call(this, reason);
        },
    ),
  },
  {
    name: 'reading stays paused when a full reader has been read',
    plant: method(
      ClientCore.prototype,
      'onPressure',
      (onPressure) =>
        function (this: ClientCore, isPaused: boolean) {
          if (isPaused) onPressure.call(this, true);
        },
    ),
  },
  {
    name: 'a session goes on when its connection has ended',
    plant: method(LiveSession.prototype, 'end', () => ignore),
  },
  {
    name: 'bufferedAmount leaves out what the kernel has not taken',
    plant: getter(
      ReckerWebSocket.prototype,
      'bufferedAmount',
      () =>
        function (this: ReckerWebSocket) {
          const { queuedBytes, queuedMessages } = this.stats();
          return queuedBytes - queuedMessages * MESSAGE_COST;
        },
    ),
  },
  {
    name: 'readyState is CONNECTING during the back-off',
    plant: getter(
      ReckerWebSocket.prototype,
      'readyState',
      (readyState) =>
        function (this: ReckerWebSocket) {
          return this.state === 'backoff' ? 0 : readyState.call(this);
        },
    ),
  },
].map((fault) => ({ ...fault, where: 'class' }));
