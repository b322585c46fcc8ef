/** Jest's fake timers, which fake process.nextTick, setImmediate and queueMicrotask, too. In Node's environment and jsdom's. */
const scenes = require('./scenes.cjs');

const [port, deadPort] = [process.env.PORT, Number(process.env.DEAD_PORT)];
const url = `ws://127.0.0.1:${port}/`;

describe.each(['real timers', 'fake timers', 'fake timers, and after them'])('%s', (kind) => {
  beforeAll(() => {
    if (kind !== 'real timers') jest.useFakeTimers();
  });
  afterAll(() => jest.useRealTimers());

  test.each(Object.entries(scenes.EXPECTED))('%s', async (name, expected) => {
    const { ReckerWebSocket } = require('recker');
    const played = scenes(ReckerWebSocket, url, deadPort)[name]();
    if (kind.endsWith('after them')) jest.useRealTimers();
    expect(await played).toBe(expected);
  });
});

// Jest runs this in a realm of its own, so that the errors of Node's modules are no instances of its `Error`.
test('a refused connection names its code, but for pages, which do not know it', async () => {
  const { ReckerWebSocket } = require('recker');
  if (typeof window === 'object') {
    const refused = new ReckerWebSocket(`ws://127.0.0.1:${deadPort}/`).connect();
    await expect(refused).rejects.toMatchObject({ name: 'ConnectionError' });
    return;
  }
  for (const host of ['127.0.0.1', 'localhost']) {
    const refused = new ReckerWebSocket(`ws://${host}:${deadPort}/`).connect();
    await expect(refused).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  }
});

test('fake timers drive the back-off', async () => {
  jest.useFakeTimers();
  const { ReckerWebSocket } = require('recker');
  const ws = new ReckerWebSocket(url, { reconnect: true, reconnectDelay: 60000, maxReconnectDelay: 60000 });
  await ws.connect();
  const lost = new Promise((resolve) => ws.once('reconnecting', (...args) => resolve(args)));
  ws.send('bye');
  expect(await lost).toEqual([1, 60000]);
  jest.advanceTimersByTime(60000);
  expect(ws.state).toBe('reconnecting');
  await ws.close();
  jest.useRealTimers();
});
