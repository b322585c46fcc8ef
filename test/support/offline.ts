/** A runtime whose `navigator.onLine` is false, as a browser's is that has no network. */

let known: PropertyDescriptor | undefined;
let isReplaced = false;

/** From here on `navigator.onLine` is false; with false, `navigator` is what it was. */
export function setOffline(isOffline: boolean): void {
  if (isOffline === isReplaced) return;
  isReplaced = isOffline;
  if (isOffline) {
    known = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  } else if (known === undefined) Reflect.deleteProperty(globalThis, 'navigator');
  else Object.defineProperty(globalThis, 'navigator', known);
}

/** Runs `act` in such a runtime. */
export function offline<Value>(act: () => Value): Value {
  setOffline(true);
  try {
    return act();
  } finally {
    setOffline(false);
  }
}
