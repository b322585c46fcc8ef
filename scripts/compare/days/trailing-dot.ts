import dns from 'node:dns';
import { makeCertificates } from '../../../test/support/certificates.js';
import { type Day, fails, passes } from '../day.js';

type Callback = (error: Error | null, ...found: unknown[]) => void;

export const day: Day = {
  name: 'trailing-dot',
  group: 'values',
  title: 'a host name with a trailing dot, over TLS',
  story:
    'The URL names the host with a trailing dot, as Kubernetes does to skip search domains, and the certificate names it without; the client is expected to open (RFC 6066 §3: the server name has no trailing dot).',
  sources: [{ name: 'RFC 6066 §3', url: 'https://www.rfc-editor.org/rfc/rfc6066#section-3' }],
  limit: 60_000,
  async run(_client, tools) {
    const certificates = await makeCertificates();
    tools.atEnd(() => certificates.remove());
    // The program below gets it with its environment.
    process.env.NODE_EXTRA_CA_CERTS = certificates.ca.certPath;
    const server = await tools.server({ tls: certificates.server });
    const program = tools.program('client', `wss://localhost.:${server.port}/`);
    await program.says('dials');
    const opened = await tools.until(() => program.said.some((line) => 'opened' in line), 6000);
    return opened ? passes('opens') : fails('never opens');
  },
  parts: {
    client({ client, args: [url = ''], say }) {
      const lookup = (_name: string, options: { readonly all?: boolean }, callback: Callback): void => {
        if (options.all === true) process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }]);
        else process.nextTick(callback, null, '127.0.0.1', 4);
      };
      Object.assign(dns, { lookup });
      const session = client.open(url);
      session.on('open', () => say({ opened: true }));
      say({ dials: true });
    },
  },
};
