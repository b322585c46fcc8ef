/**
 * Chooses the proxy of a dial, if any: by the option `proxy`, its `bypass`, and the environment. Pure: everything is an
 * argument. No error that is made here shows a value, because any part of a proxy's URL may be a secret.
 */
import {
  basicAuthorization,
  ConfigurationError,
  type Credentials,
  credentialsOf,
  type ProxyClaims,
  proxyContradiction,
  withoutPrototype,
} from '../../../port/index.js';
import { bare, targetOf } from '../target.js';
import type { CheckedTls } from '../tls/index.js';
import { isBypassed, isExempt } from './bypass.js';

/** The schemes of proxy URLs. */
export type ProxyProtocol = 'http:' | 'https:' | 'socks:' | 'socks4:' | 'socks4a:' | 'socks5:' | 'socks5h:';

/** A proxy, with everything that its hop needs. Contains secrets: must not become part of an error. */
export interface ChosenProxy {
  readonly protocol: ProxyProtocol;
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
  /** The whole value of `Proxy-Authorization`. */
  readonly token: string | undefined;
  /** Headers of the CONNECT request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly proxyTls: CheckedTls | undefined;
  /** TLS settings for the server, in place of the option `tls`. */
  readonly requestTls: CheckedTls | undefined;
}

/** The object form of the option, checked. */
interface ProxySettings extends ProxyClaims {
  readonly requestTls?: CheckedTls;
  readonly proxyTls?: CheckedTls;
}

/** The choice. `requestTls` applies where the proxy is bypassed, too. */
export interface Choice {
  readonly proxy: ChosenProxy | undefined;
  readonly requestTls: CheckedTls | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS: Readonly<Record<ProxyProtocol, number>> = {
  'http:': 80,
  'https:': 443,
  // RFC 1928 §3.
  'socks:': 1080,
  'socks4:': 1080,
  'socks4a:': 1080,
  'socks5:': 1080,
  'socks5h:': 1080,
};

/**
 * The proxy for one dial.
 *
 * @param option a URL, settings, or `'env'`
 * @param url the `ws:` or `wss:` URL that is dialled
 * @throws ConfigurationError where the settings contradict each other or the environment cannot be read
 */
export function chooseProxy(option: unknown, url: string, environment: Environment): Choice {
  if (option === 'env') return { proxy: proxyOfEnvironment(url, environment), requestTls: undefined };
  const settings = withoutPrototype(typeof option === 'string' ? { url: option } : (option as ProxySettings));
  refuseContradictions(settings);
  const { bypass, requestTls } = settings;
  const target = targetOf(url);
  if (bypass !== undefined && isBypassed(bypass, target)) return { proxy: undefined, requestTls };
  return { proxy: chosen(new URL(settings.url), settings), requestTls };
}

function chosen(url: URL, settings: ProxySettings, port?: number): ChosenProxy {
  const protocol = url.protocol as ProxyProtocol;
  return {
    protocol,
    host: bare(url.hostname),
    port: port ?? (url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port)),
    credentials: settings.auth ?? credentialsOf(url),
    token: settings.token,
    headers: settings.headers ?? {},
    proxyTls: settings.proxyTls,
    requestTls: settings.requestTls,
  };
}

/** The value of `Proxy-Authorization`: the token, or Basic credentials (RFC 7617). */
export function proxyAuthorization({ token, credentials }: ChosenProxy): string | undefined {
  if (token !== undefined) return token;
  return credentials === undefined ? undefined : basicAuthorization(credentials);
}

function refuseContradictions(settings: ProxySettings): void {
  const allowed = proxyContradiction(settings);
  if (allowed !== undefined) throw new ConfigurationError('proxy', `proxy must be ${allowed}`);
}

/**
 * The variables, in curl's order (https://curl.se/libcurl/c/libcurl-env.html). An empty one counts as unset.
 * HTTP_PROXY is not read: in a CGI program it is the `Proxy` header of a request.
 */
const VARIABLES = {
  ws: ['ws_proxy', 'WS_PROXY', 'http_proxy', 'all_proxy', 'ALL_PROXY'],
  wss: ['wss_proxy', 'WSS_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
} as const;

/** curl's default port for every proxy but an `https:` one. */
const CURL_PORT = 1080;

function proxyOfEnvironment(url: string, environment: Environment): ChosenProxy | undefined {
  const target = targetOf(url);
  const exempt = environment.no_proxy || environment.NO_PROXY;
  if (exempt && isExempt(exempt, target)) return undefined;
  const name = VARIABLES[target.secure ? 'wss' : 'ws'].find((each) => environment[each]);
  return name === undefined ? undefined : proxyOfVariable(name, environment[name] ?? '');
}

/** As curl reads it: without a scheme it is an HTTP proxy, and `socks:` means SOCKS4. */
function proxyOfVariable(name: string, value: string): ChosenProxy {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
    ? value.replace(/^socks:/i, 'socks4:')
    : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '' || !Object.hasOwn(DEFAULT_PORTS, url.protocol)) {
    throw new ConfigurationError('proxy', `The environment variable ${name} must be the URL of a proxy`);
  }
  const settings = withoutPrototype({ url: text });
  refuseContradictions(settings);
  // `URL` drops the scheme's default port. To curl a missing port means another one.
  const [, port] = /^[^:]+:\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*):(\d+)/.exec(text) ?? [];
  const fallback = url.protocol === 'https:' ? DEFAULT_PORTS['https:'] : CURL_PORT;
  return chosen(url, settings, port === undefined ? fallback : Number(port));
}
