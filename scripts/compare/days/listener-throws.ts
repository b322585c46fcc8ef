import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'listener-throws',
  group: 'program',
  title: 'a listener throws',
  story:
    'One of two message listeners throws on the first message, and the process has a handler for uncaught errors that logs them; the other listener is expected to get that message and those after it.',
  sources: [
    {
      name: 'DOM, "report the exception"',
      url: 'https://dom.spec.whatwg.org/#concept-event-listener-inner-invoke',
    },
  ],
  async run(client, tools) {
    const uncaught = tools.uncaught();
    const server = await tools.server();
    const session = client.open(server.url());
    const heard: unknown[] = [];
    let thrown = false;
    session.on('message', ({ data }) => {
      if (data === 'one' && !thrown) {
        thrown = true;
        throw new Error('a fault of the program');
      }
    });
    session.on('message', ({ data }) => heard.push(data));
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    session.send('one');
    await tools.until(() => thrown, 5000);
    await tools.sleep(200);
    if (session.isOpen) session.send('two');
    const goesOn = await tools.until(() => heard.includes('two'), 5000);
    if (!goesOn) return fails('no message after it');
    if (!heard.includes('one')) return fails('the others miss the message');
    return uncaught.length > 0 ? passes('the others go on') : fails('hides the error');
  },
};
