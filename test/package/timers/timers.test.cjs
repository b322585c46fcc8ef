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
