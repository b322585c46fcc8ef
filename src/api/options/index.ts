/** What users may set: checked, and turned into what the parts need. */
export { checkCloseArguments } from './closeRules.js';
export { checkHeaders, mergeHeaders } from './handshakeRules.js';
export { checkOptions, DEFAULT_DECISION, OPTION_RULES } from './optionRules.js';
export type {
  Clock,
  HeadersInput,
  Inspect,
  LookAtClient,
  Provider,
  ProviderContext,
  WebSocketOptions,
} from './options.js';
export {
  BoundUrl,
  type ClientDefaults,
  type Constant,
  type DialSettings,
  dialSettings,
  policyOf,
  type QueueBounds,
  type ReceiveBounds,
  receiveBounds,
  sendBounds,
  type Target,
} from './settings.js';
export { originOf, parseBaseUrl, resolveUrl } from './urls.js';
