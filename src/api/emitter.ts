/**
 * The type of the emitter that the class extends: that of Node's `EventEmitter`, with the documented events' names
 * and arguments. Declared here, so that a program without Node's types has `ws.on()` too. Types only.
 */

type Arguments<Events> = { [Name in keyof Events]: unknown[] };

/** For a union of events, a union of listeners: one that fits some of them may be given. */
type Listener<Args> = Args extends unknown[] ? (...args: Args) => void : never;

/** An emitter of `Events`: its names, each with the arguments of its listeners. */
export interface TypedEmitter<Events extends Arguments<Events>> {
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  on(event: symbol, listener: SymbolListener): this;
  once<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  once(event: symbol, listener: SymbolListener): this;
  off<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  off(event: symbol, listener: SymbolListener): this;
  addListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  addListener(event: symbol, listener: SymbolListener): this;
  removeListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  removeListener(event: symbol, listener: SymbolListener): this;
  prependListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  prependListener(event: symbol, listener: SymbolListener): this;
  prependOnceListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  prependOnceListener(event: symbol, listener: SymbolListener): this;
  removeAllListeners(event?: keyof Events | symbol): this;
  emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): boolean;
  listenerCount(event: keyof Events | symbol): number;
  listeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[];
  rawListeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[];
  eventNames(): (keyof Events | symbol)[];
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
}

/** The one symbol that means something to a client is Node's `errorMonitor`. */
type SymbolListener = (error: Error) => void;

/** `[Symbol.asyncDispose]()`, where the program's `lib` knows that symbol. */
export type AsyncDisposal = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { [Name in Key]: () => Promise<void> }
  : Record<never, never>;

/** How the class that is extended is made. */
export type EmitterClass = new <Events extends Arguments<Events>>() => TypedEmitter<Events>;
