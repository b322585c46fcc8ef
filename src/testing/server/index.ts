/** The examination of a server. */
export { checkServer, serverChecks } from './checkServer.js';
export {
  type ServerPathClientOptions,
  type ServerPathDriver,
  type ServerPathDriverOptions,
  type ServerPathUrl,
  serverPathDriver,
} from './serverPathDriver.js';
export type {
  CheckLevel,
  CheckOutcome,
  CheckResult,
  CheckServerOptions,
  ServerCheck,
  ServerCheckPlan,
  ServerCheckTls,
  ServerReport,
} from './types.js';
