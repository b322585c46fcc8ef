/** Checks of values that users give, made by any realm. */
export { didYouMean, nearest, optionMeant, schemeMeant } from './nearest.js';
export { optionError } from './optionError.js';
export { checkSignal, onAbort, onAbortOf } from './signals.js';
export {
  errorOf,
  isArrayBuffer,
  isBlob,
  isObject,
  isPlain,
  isPromise,
  isSignal,
  isUrl,
  jsonText,
  kindOf,
  readBlob,
} from './values.js';
