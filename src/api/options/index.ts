/** What users may set: checked, and turned into what the parts need. */
export { checkOptions, mergeOptions, NO_OPTIONS, readOption } from './checkOptions.js';
export { checkCloseArguments } from './closeRules.js';
export { checkHeaders, mergeHeaders } from './handshakeRules.js';
export type {
  ClientTraits,
  Clock,
  HeadersInput,
  Inspect,
  LookAtClient,
  Provider,
  ProviderContext,
  TLSOptions,
  WebSocketOptions,
} from './options.js';
export { OPTION_TABLE, settled } from './optionTable.js';
export {
  BoundUrl,
  type ClientDefaults,
  type DialSettings,
  dialSettings,
  policyOf,
  type QueueBounds,
  type ReceiveBounds,
  receiveBounds,
  sendBounds,
  type Target,
  type ValueOrProvider,
} from './settings.js';
export { originOf, parseBaseUrl, resolveUrl } from './urls.js';
