/**
 * The likely cause of a failure, where the message of Node, OpenSSL or `ws` does not say it. Knows their codes; must
 * show nothing that the peer sent.
 */
import type { Hop } from '../../port/index.js';

/** Where a failure arose. */
export interface Place {
  readonly hop: Hop | undefined;
  /** True where the connection to that hop is known to be without TLS. */
  readonly isPlain: boolean;
}

/** The members of an error that are read. Node adds what the peer sent to an error of its HTTP parser. */
interface Failed {
  readonly code?: string | undefined;
  readonly message: string;
  readonly rawPacket?: unknown;
}

/** The certificate is valid, but its issuer is not trusted. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Content type and version of a TLS alert (RFC 8446 §5.1): the answer of a TLS server to a request without TLS. */
const isTlsAlert = (sent: unknown): boolean => Buffer.isBuffer(sent) && sent[0] === 0x15 && sent[1] === 3;

/** The end of the error's message; undefined where there is nothing to add. */
export function adviceFor(error: Failed, { hop, isPlain }: Place): string | undefined {
  const { code = '', message } = error;
  const peer = hop === 'proxy' ? 'proxy' : 'server';
  const [plain, secure] = peer === 'proxy' ? ['http://', 'https://'] : ['ws://', 'wss://'];
  if (UNKNOWN_AUTHORITY.has(code)) {
    if (hop === undefined) return 'trust its authority by ca in the TLS settings of the dispatcher';
    return `trust its authority by the option ${peer === 'proxy' ? 'proxy: { proxyTls: { ca } }' : 'tls: { ca }'}`;
  }
  if (/wrong version number|packet length too long/.test(message)) {
    return `does the ${peer} speak TLS on this port? Else use ${plain}`;
  }
  if (code.startsWith('HPE_')) {
    if (isTlsAlert(error.rawPacket)) return `the ${peer} expects TLS on this port: use ${secure}`;
    if (code === 'HPE_HEADER_OVERFLOW') return `the headers of the ${peer}'s answer are too long`;
    return `the ${peer} did not answer in ${code === 'HPE_INVALID_CONSTANT' ? '' : 'valid '}HTTP`;
  }
  if (message === 'socket hang up') {
    const doubt = isPlain ? `; where it expects TLS on this port, use ${secure}` : '';
    return `the ${peer} closed the connection without an answer${doubt}`;
  }
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return 'a received message is larger than the option maxPayload allows';
  }
  return undefined;
}
