/** A runtime whose `navigator.onLine` is false, as a browser's is that has no network. */

/** Runs `act` in it. */
export function offline<Value>(act: () => Value): Value {
  const known = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  try {
    return act();
  } finally {
    if (known === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', known);
  }
}
