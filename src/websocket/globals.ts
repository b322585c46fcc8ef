/**
 * What the class needs of the runtime's globals. They are taken at import: a page's test environment that puts others in
 * their place later would mix two kinds of events.
 */

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
}

interface MessageEventInit extends EventInit {
  readonly data: unknown;
  readonly origin: string;
}

/** What is used of an `EventTarget`. */
export interface Target {
  addEventListener(type: string, listener: unknown, options?: unknown): void;
  removeEventListener(type: string, listener: unknown, options?: unknown): void;
  dispatchEvent(event: Event): boolean;
}

interface Runtime {
  readonly EventTarget?: new () => Target;
  readonly Event?: new (type: string, init?: EventInit) => Event;
  readonly MessageEvent?: new (type: string, init: MessageEventInit) => Event;
  readonly CloseEvent?: unknown;
  readonly ErrorEvent?: unknown;
  readonly DOMException?: new (message: string, name: string) => Error;
  readonly Blob?: new (parts: readonly Uint8Array[]) => unknown;
  readonly URL: new (url: string, base?: string) => { readonly href: string; readonly origin: string };
}

export const runtime = globalThis as unknown as Runtime;

/** Stands for a class that the runtime does not have: React Native lacks some of them. */
function missing<Class>(name: string): Class {
  return class {
    constructor() {
      throw new TypeError(
        `This runtime has no global ${name}, which recker/websocket needs: load a polyfill before it`,
      );
    }
  } as Class;
}

export const EventTarget = runtime.EventTarget ?? missing<new () => Target>('EventTarget');
export const Event = runtime.Event ?? missing<NonNullable<Runtime['Event']>>('Event');
export const MessageEvent =
  runtime.MessageEvent ?? missing<NonNullable<Runtime['MessageEvent']>>('MessageEvent');
export const Blob = runtime.Blob ?? missing<NonNullable<Runtime['Blob']>>('Blob');
export const { URL } = runtime;

/** An error that the standard throws by name. */
export function domException(
  message: string,
  name: 'InvalidAccessError' | 'InvalidStateError' | 'SyntaxError',
) {
  const { DOMException } = runtime;
  return DOMException === undefined
    ? Object.assign(new Error(message), { name })
    : new DOMException(message, name);
}
