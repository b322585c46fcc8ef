/**
 * Types of globals that the public types name. Each is the type of the user's program, where that has one (the DOM
 * library, `@types/node`, Deno, a Worker), else a small structural type. So the published types compile without
 * `@types/node` and without the DOM library. Types only.
 */

/**
 * The instances of a global class, or `Fallback` where the program declares no such global, or declares it as `any`.
 */
type InstanceOf<Scope, Name extends string, Fallback> = Scope extends {
  readonly [Key in Name]: { readonly prototype: infer Instance };
}
  ? unknown extends Instance
    ? Fallback
    : Instance
  : Fallback;

/** The part of `AbortSignal` that is used. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The part of `Blob` that is used. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The part of `Event` that is used. */
export interface EventLike {
  /** E.g. `open`. */
  readonly type: string;
}

/** The part of `MessageEvent` that is used. */
export interface MessageEventLike extends EventLike {
  /** A string, or binary data as `binaryType` says. */
  readonly data: unknown;
  /** The origin of the sender. */
  readonly origin: string;
}

/** The part of `URL` that is used. */
export interface URLLike {
  readonly href: string;
  readonly searchParams: object;
}

export type GlobalAbortSignal = InstanceOf<typeof globalThis, 'AbortSignal', AbortSignalLike>;
export type GlobalBlob = InstanceOf<typeof globalThis, 'Blob', BlobLike>;
export type GlobalEvent = InstanceOf<typeof globalThis, 'Event', EventLike>;
export type GlobalMessageEvent = InstanceOf<typeof globalThis, 'MessageEvent', MessageEventLike>;
export type GlobalURL = InstanceOf<typeof globalThis, 'URL', URLLike>;

/** Node's `Buffer`, or its base class `Uint8Array` where the program does not have Node's types. */
export type GlobalBuffer = typeof globalThis extends {
  // `Buffer` has no `prototype` in Node's types; this guard names the class without a type argument.
  readonly Buffer: { isBuffer(value: unknown): value is infer Instance };
}
  ? Instance extends Uint8Array
    ? Instance
    : Uint8Array
  : Uint8Array;
