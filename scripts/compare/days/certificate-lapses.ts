import { FaultServer } from '../../../src/testing/index.js';
import { makeCertificates } from '../../../test/support/certificates.js';
import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'certificate-lapses',
  group: 'refusal',
  title: 'a wrong certificate for a while',
  story:
    'The server comes back from a restart with a certificate that does not verify, and is repaired two seconds later; the client, which was connected before, is expected to be back.',
  sources: [
    { name: 'nasty-project/nasty#309', url: 'https://github.com/nasty-project/nasty/pull/309' },
    { name: 'openshift/origin#1171', url: 'https://github.com/openshift/origin/issues/1171' },
  ],
  limit: 60_000,
  async run(_client, tools) {
    const certificates = await makeCertificates();
    tools.atEnd(() => certificates.remove());
    // The program below gets it with its environment.
    process.env.NODE_EXTRA_CA_CERTS = certificates.ca.certPath;
    let server = await FaultServer.start({ tls: certificates.server });
    tools.atEnd(() => server.stop());
    const { port } = server;
    const program = tools.program('client', server.url());
    const opens = (): number => program.said.filter(({ opened }) => opened === true).length;
    if (!(await tools.until(() => opens() > 0, 20_000))) return fails('never opened');
    await server.stop();
    server = await FaultServer.start({ port, tls: certificates.wrongName });
    await tools.sleep(2500);
    await server.stop();
    if (opens() > 1) return fails('takes the wrong one');
    server = await FaultServer.start({ port, tls: certificates.server });
    return (await tools.until(() => opens() > 1, 10_000)) ? passes('back') : fails('gave up');
  },
  parts: {
    client({ client, args: [url = ''], say }) {
      client.open(url).on('open', () => say({ opened: true }));
    },
  },
};
