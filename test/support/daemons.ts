/**
 * The real proxies and TLS terminators that dials go through, each with the smallest configuration that does.
 * All listen on 127.0.0.1 only, at a free port, with files in a folder of their own.
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import type { Pair } from './certificates.js';
import { Daemon, findTool, freePort, put, scratch } from './tools.js';

const run = promisify(execFile);

/** The one user that the proxies know. */
export const USER = 'alice';
export const PASSWORD = 'open-sesame-41';

/** What a program of this name is called here, or its bare name, so that the failure names it. */
const tool = (name: string): string => findTool(name) ?? name;

const isRoot = userInfo().uid === 0;

/** squid, asking for Basic credentials or for none. */
export async function startSquid(options: { readonly auth: boolean }): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const { stdout } = await run('openssl', ['passwd', '-apr1', PASSWORD]);
  const users = await put(folder, 'users', `${USER}:${stdout.trim()}\n`);
  const rules = options.auth
    ? [
        `auth_param basic program ${squidHelper} ${users}`,
        'auth_param basic realm recker',
        'auth_param basic children 1 startup=1',
        'acl known proxy_auth REQUIRED',
        'http_access allow known',
      ]
    : ['http_access allow localhost'];
  const conf = await put(
    folder,
    'squid.conf',
    [
      `http_port 127.0.0.1:${port}`,
      ...rules,
      'http_access deny all',
      'cache deny all',
      'cache_mem 1 MB',
      'shutdown_lifetime 0 seconds',
      'pid_filename none',
      'visible_hostname recker.test',
      'access_log stdio:access.log',
      'cache_log cache.log',
      'logfile_rotate 0',
      'via off',
      '',
    ].join('\n'),
  );
  return Daemon.start({
    command: tool('squid'),
    args: ['-N', '-f', conf],
    folder,
    port,
    logs: ['access.log', 'cache.log'],
    // It takes a second and more to end in order, and has nothing to lose.
    endWith: 'SIGKILL',
  });
}

/** Debian's place of squid's helper for password files. */
export const squidHelper = '/usr/lib/squid/basic_ncsa_auth';

/** tinyproxy; it answers bad credentials with 401, and missing ones with 407. */
export async function startTinyproxy(options: { readonly auth: boolean }): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const conf = await put(
    folder,
    'tinyproxy.conf',
    [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 60',
      'MaxClients 50',
      'LogLevel Connect',
      ...(options.auth ? [`BasicAuth ${USER} ${PASSWORD}`] : []),
      '',
    ].join('\n'),
  );
  return Daemon.start({ command: tool('tinyproxy'), args: ['-d', '-c', conf], folder, port });
}

/** microsocks: SOCKS5 only. */
export async function startMicrosocks(options: { readonly auth: boolean }): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const credentials = options.auth ? ['-u', USER, '-P', PASSWORD] : [];
  return Daemon.start({
    command: tool('microsocks'),
    args: ['-i', '127.0.0.1', '-p', String(port), ...credentials],
    folder,
    port,
  });
}

/**
 * dante: SOCKS4, 4a and 5. It knows the system's users only, so it runs with password files of its own, put
 * over the system's in a mount namespace that ends with it.
 */
export async function startDante(options: { readonly auth: boolean }): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const method = options.auth ? 'username' : 'none';
  const conf = await put(
    folder,
    'danted.conf',
    [
      'logoutput: stdout',
      `internal: 127.0.0.1 port = ${port}`,
      'external: 127.0.0.1',
      `socksmethod: ${method}`,
      'clientmethod: none',
      'user.privileged: root',
      'user.unprivileged: root',
      'client pass {\n  from: 127.0.0.0/8 to: 0.0.0.0/0\n  log: error\n}',
      'socks pass {\n  from: 127.0.0.0/8 to: 0.0.0.0/0\n  log: connect error\n}',
      '',
    ].join('\n'),
  );
  const { stdout } = await run('openssl', ['passwd', '-6', PASSWORD]);
  const passwd = await put(
    folder,
    'passwd',
    `root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n${USER}:x:1000:1000::/:/bin/false\n`,
  );
  const shadow = await put(folder, 'shadow', `${USER}:${stdout.trim()}:19000:0:99999:7:::\n`, 0o600);
  const script = `mount --bind ${passwd} /etc/passwd && mount --bind ${shadow} /etc/shadow && exec ${tool('danted')} -f ${conf}`;
  return Daemon.start({
    command: tool('unshare'),
    args: [...(isRoot ? ['-m'] : ['-Urm']), 'sh', '-c', script],
    folder,
    port,
  });
}

/** A TLS terminator in front of a WebSocket server at `upstream`. */
export interface TerminatorOptions {
  readonly pair: Pair;
  readonly upstream: number;
  /** Whose clients are let in; nobody is asked where it is missing. */
  readonly clientCa?: Pair;
}

export async function startNginx({ pair, upstream, clientCa }: TerminatorOptions): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const asks = clientCa ? `ssl_client_certificate ${clientCa.certPath}; ssl_verify_client on;` : '';
  const conf = await put(
    folder,
    'nginx.conf',
    `daemon off;
${isRoot ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 64; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${pair.certPath};
    ssl_certificate_key ${pair.keyPath};
    ${asks}
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_set_header X-Client-Verify $ssl_client_verify;
      proxy_set_header X-Server-Name $ssl_server_name;
    }
  }
}
`,
  );
  return Daemon.start({
    command: tool('nginx'),
    args: ['-c', conf, '-p', folder, '-e', `${folder}/error.log`],
    folder,
    port,
    logs: ['access.log', 'error.log'],
  });
}

/** haproxy as a TLS terminator; with `raw` for TCP, e.g. to put TLS before a proxy. */
export async function startHaproxy(options: TerminatorOptions & { readonly raw?: boolean }): Promise<Daemon> {
  const { pair, upstream, clientCa, raw = false } = options;
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const asks = clientCa ? ` ca-file ${clientCa.certPath} verify required` : '';
  const conf = await put(
    folder,
    'haproxy.cfg',
    `global
  log stdout format raw local0
defaults
  mode ${raw ? 'tcp' : 'http'}
  log global
  option ${raw ? 'tcplog' : 'httplog'}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 60s
frontend tls
  bind 127.0.0.1:${port} ssl crt ${pair.bothPath}${asks}
  default_backend upstream
backend upstream
  server one 127.0.0.1:${upstream}
`,
  );
  return Daemon.start({ command: tool('haproxy'), args: ['-db', '-f', conf], folder, port });
}
