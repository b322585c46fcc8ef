/** What makes another connection and what does not; fast refresh; errors. In a real Chromium, sockets counted at the server. */
import { expect, it } from 'vitest';
import { needs } from '../support/tools.js';
import { ReactPage } from './page.js';

needs('chromium')('changes of what useWebSocket() is given', () => {
  const page = ReactPage.use();
  const handshakes = () => page.server.seen.handshakes.length;
  const url = (path = '/') => page.server.url(path);
  /** A render whose client belongs to another URL, or whose state is not `idle` where there is no client. */
  const WRONG = `renders.filter(({ url, ws, state }) => ws ? ws !== url : state !== 'idle')`;

  it('50 changes of the URL, each while the one before is anywhere: one socket is left, that of the last', async () => {
    await page.evaluate(`(async () => {
      for (let n = 1; n <= 50; n += 1) {
        probe({ url: '${url('/')}' + n, reads: ['ws', 'state'] });
        // At once, a microtask later, a turn later, or once it is open.
        if (n % 4 === 1) await null;
        if (n % 4 === 2) await turn();
        if (n % 4 === 3) while (hook.state !== 'open') await turn();
      }
    })()`);
    await page.has(`$('p')`, 'open');
    await page.sockets(1);
    expect(await page.evaluate('hook.ws.url')).toBe(url('/50'));
    expect(page.server.connections).toHaveLength(1);
    expect(handshakes()).toBeLessThanOrEqual(50);
    expect(handshakes()).toBeGreaterThan(12);
    expect(await page.evaluate(WRONG)).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  it('50 changes in one task leave one socket, that of the last', async () => {
    await page.evaluate(`(() => {
      for (let n = 1; n <= 50; n += 1) probe({ url: '${url('/')}' + n, reads: ['ws', 'state'] });
    })()`);
    await page.has(`$('p')`, 'open');
    await page.sockets(1);
    expect(page.server.seen.handshakes.at(-1)?.url).toBe('/50');
  });

  it('in the render in which the URL changes there is no client and no message, and no handler gets the old ones', async () => {
    const show = (path: string) =>
      page.evaluate(`void probe({
        url: '${url(path)}', reads: ['ws', 'state', 'lastMessage'],
        options: { onMessage: ({ data }) => log.push('${path} ' + data), onClose: () => log.push('${path} closed') },
      })`);
    await show('/a');
    await page.has(`$('p')`, 'open');
    page.server.broadcast('one');
    await page.has('hook.lastMessage', { data: 'one', isBinary: false });
    await page.evaluate('renders.length = 0');
    await show('/b');
    expect(await page.evaluate('renders[0]')).toEqual({ url: url('/b'), ws: null, state: 'idle' });
    await page.has(`$('p')`, 'open');
    await page.sockets(1);
    page.server.broadcast('two');
    await page.has('hook.lastMessage', { data: 'two', isBinary: false });
    expect(await page.evaluate(WRONG)).toEqual([]);
    expect(await page.evaluate('log')).toEqual(['/a one', '/b two']);
  });

  it('null ends the connection, and a URL begins another', async () => {
    for (const given of [`'${url()}'`, 'null', `'${url()}'`]) {
      await page.evaluate(`probe({ url: ${given}, reads: ['ws', 'state'] })`);
      await page.has(`$('p')`, given === 'null' ? 'idle' : 'open');
      await page.sockets(given === 'null' ? 0 : 1);
    }
    expect(handshakes()).toBe(2);
  });

  it('options written inline reconnect nothing; their functions are the newest', async () => {
    await page.evaluate(`void (globalThis.give = (n, more) => probe({
      url: () => (log.push('url ' + n), '${url()}'),
      reads: ['ws', 'state'],
      options: {
        reconnect: true, protocols: ['a', 'b'], sendQueue: { maxMessages: 5 }, random: () => 0.5,
        heartbeatInterval: 600000, heartbeatMessage: () => 'beat ' + n, heartbeatTimeout: 1000,
        shouldReconnect: () => (log.push('decided ' + n), 1),
        prepare: ({ send }) => void send('prepared ' + n),
        transport: {
          ...recker.nativeTransport,
          dial: (...args) => (log.push('dialled ' + n), recker.nativeTransport.dial(...args)),
        },
        onOpen: ({ reconnected }) => log.push('open ' + n + ' ' + reconnected),
        onMessage: ({ data }) => log.push(data + ' ' + n),
        ...more,
      },
    }))`);
    await page.evaluate('give(0)');
    await page.has(`$('p')`, 'open');
    expect(await page.evaluate('log')).toEqual(['url 0', 'dialled 0', 'open 0 false']);
    await page.evaluate(`void (globalThis.first = hook.ws, log.length = 0)`);
    for (let n = 1; n <= 5; n += 1) await page.evaluate(`for (let n = 1; n <= 10; n += 1) give(n)`);
    page.server.broadcast('hello');
    await page.has('log', ['hello 10']);
    page.server.terminateAll();
    await page.has('log.at(-1)', 'open 10 true');
    expect(await page.evaluate('log.slice(1)')).toEqual([
      'decided 10',
      'url 10',
      'dialled 10',
      'open 10 true',
    ]);
    expect(page.server.seen.messages.map(({ data }) => data.toString())).toEqual([
      'prepared 0',
      'prepared 10',
    ]);
    expect([handshakes(), await page.evaluate('hook.ws === first')]).toEqual([2, true]);
    await page.sockets(1);

    // Another value is another connection, and so is a function that was not there.
    await page.evaluate('give(11, { sendQueue: { maxMessages: 6 } })');
    await page.has(`$('p')`, 'open');
    await page.evaluate(`give(12, { sendQueue: { maxMessages: 6 }, isHeartbeatReply: () => true })`);
    await page.has(`$('p')`, 'open');
    await page.sockets(1);
    expect([handshakes(), await page.evaluate('hook.ws === first')]).toEqual([4, false]);
    expect(page.complaints).toEqual([]);
  });

  it('handlers come and go without another connection, and count as listeners', async () => {
    const give = (options: string) =>
      page.evaluate(`probe({ url: '${url()}', reads: ['ws', 'state'], options: { ${options} } })`);
    const listeners = (event: string) => page.evaluate(`hook.ws.listenerCount('${event}')`);
    await give('');
    await page.has(`$('p')`, 'open');
    expect([await listeners('message'), await listeners('error'), await listeners('close')]).toEqual([
      0, 0, 0,
    ]);
    await give(
      `onMessage: ({ data }) => log.push(data), onError: undefined, onClose: (code) => log.push(code)`,
    );
    expect([await listeners('message'), await listeners('error'), await listeners('close')]).toEqual([
      1, 0, 1,
    ]);
    page.server.broadcast('one');
    await page.has('log', ['one']);
    await give(`onError: () => {}`);
    expect([await listeners('message'), await listeners('error'), await listeners('close')]).toEqual([
      0, 1, 0,
    ]);
    expect(handshakes()).toBe(1);
  });

  it('each event has its handler', async () => {
    await page.evaluate(`probe({ url: '${url()}', options: {
      reconnect: true, reconnectDelay: 1, maxReconnectAttempts: 1,
      heartbeatInterval: 20, heartbeatTimeout: 500, heartbeatMessage: 'beat',
      ...Object.fromEntries(['Open', 'Message', 'Close', 'Error', 'Reconnecting', 'ReconnectError', 'MaxReconnectAttempts',
        'HeartbeatTimeout', 'Pong', 'State', 'Undelivered'].map((name) => ['on' + name, () => log.push(name)])) } }, false)`);
    page.server.echo();
    await page.has(`log.includes('Pong')`, true);
    page.server.freeze();
    await page.has(`log.includes('HeartbeatTimeout')`, true);
    page.server.thaw();
    await page.has('hook.state', 'open');
    page.server.refuse(503);
    page.server.terminateAll();
    await page.has(`log.includes('MaxReconnectAttempts')`, true);
    await page.evaluate(`void hook.send('x')`);
    await page.has('[...new Set(log)].sort()', [
      'Close',
      'Error',
      'HeartbeatTimeout',
      'MaxReconnectAttempts',
      'Message',
      'Open',
      'Pong',
      'ReconnectError',
      'Reconnecting',
      'State',
      'Undelivered',
    ]);
  });

  it('fast refresh keeps the connection where it keeps the state, and closes it where it does not', async () => {
    await page.evaluate(`
      probe({ url: '${url()}', reads: ['state'] });
      const family = { current: Probe };
      const versions = new Set([Probe]);
      renderer.setRefreshHandler((type) => (versions.has(type) ? family : undefined));
      globalThis.refresh = (edited, isStale) => {
        versions.add(edited);
        family.current = edited;
        const [updatedFamilies, staleFamilies] = [new Set(isStale ? [] : [family]), new Set(isStale ? [family] : [])];
        ReactDOM.flushSync(() => renderer.scheduleRefresh(fiberRoot, { updatedFamilies, staleFamilies }));
      };
      globalThis.edited = ['one', 'two'].map((name) => (props) => React.createElement('u', null, name, Probe(props)));`);
    await page.has(`$('p')`, 'open');
    await page.evaluate('refresh(edited[0], false), turn()');
    await page.has(`$('u')`, 'oneopen');
    expect([page.server.sockets, handshakes()]).toEqual([1, 1]);
    await page.evaluate('refresh(edited[1], true), turn()');
    await page.has(`$('u')`, 'twoopen');
    await page.sockets(1);
    expect(handshakes()).toBe(2);
    await page.evaluate('renderer.setRefreshHandler(null)');
  });

  it('a failure that nothing listens to is an uncaught error of the page, and React goes on', async () => {
    page.server.refuse(403);
    await page.evaluate(`probe({ url: '${url()}', reads: ['state'] })`);
    await page.has(`$('p')`, 'closed');
    await expect.poll(() => page.complaints).toHaveLength(1);
    expect(page.complaints[0]).toMatch(/^ConnectionError/);
    page.server.accept();
    await page.evaluate(`probe({ url: '${url('/other')}', reads: ['state'] })`);
    await page.has(`$('p')`, 'open');
  });

  it('onError gets it, and nothing is uncaught', async () => {
    page.server.refuse(403);
    await page.evaluate(
      `probe({ url: '${url()}', reads: ['state'], options: { onError: ({ name }) => log.push(name) } })`,
    );
    await page.has('log', ['ConnectionError']);
    await page.evaluate('turn()');
    expect(page.complaints).toEqual([]);
  });

  it('a handler that throws is an uncaught error of the page; the message is shown all the same', async () => {
    await page.evaluate(`probe({ url: '${url()}', reads: ['state', 'lastMessage'],
      options: { onMessage: () => { throw new TypeError('mine'); } } })`);
    await page.has(`$('p')`, 'open');
    page.server.broadcast('hello');
    await page.has('hook.lastMessage?.data', 'hello');
    await expect.poll(() => page.complaints).toEqual(['TypeError: mine']);
  });

  it('what can never work is an error for the boundary, by name', async () => {
    const boundary = (props: string) =>
      page.evaluate(
        `unmount(), show(React.createElement(Boundary, null, React.createElement(Probe, ${props})))`,
      );
    for (const [options, shown] of Object.entries({
      '{ heartbeatTimeout: -1 }': 'ConfigurationError heartbeatTimeout',
      '{ onMesage: () => {} }': 'ConfigurationError onMesage',
      '{ headers: {} }': 'ConfigurationError headers',
    })) {
      await boundary(`{ url: '${url()}', options: ${options} }`);
      await page.has(`$('i')`, shown);
    }
    await boundary(`{ url: undefined }`);
    await page.has(`$('i')`, 'ConfigurationError url');
    // React ends a component that never comes to rest.
    await page.evaluate(`unmount();
      globalThis.Restless = () => {
        hooks.useWebSocket('${url()}', { signal: new AbortController().signal });
        return null;
      };
      show(React.createElement(Boundary, null, React.createElement(Restless)))`);
    await page.has(`$('i')`, 'Error undefined');
    expect(handshakes()).toBe(0);
  });
});
