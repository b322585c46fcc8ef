/**
 * A replay as the text of a Vitest file.
 *
 * Owns: how it reads. It imports `recker`, `recker/testing` and `vitest`, and needs no recording.
 */
import { DEFAULT_POLICY } from '../../machine/index.js';
import type { RecordedPolicy } from '../../recording/index.js';
import { type Act, type Cue, timesOf } from './cues.js';
import { errorSource, literal } from './failures.js';
import type { Move } from './plan.js';
import type { Script } from './script.js';
import { HEARTBEAT, HEARTBEAT_REPLY, MESSAGE } from './stage.js';

/** What the file needs beside a client, and the lines that make it. */
interface Needs {
  readonly recker: Set<string>;
  readonly testing: Set<string>;
  readonly vitest: Set<string>;
  /** Whether a back-off has a chance in it. Where the file gives none, it is that of `Math.random`. */
  readonly random: boolean;
  /** Whether that chance is ever another than 0. */
  readonly chance: boolean;
  readonly decision: boolean;
  readonly sleep: boolean;
  readonly abort: boolean;
}

/** The text of the file. @param moves they lead to the end without a difference */
export function vitestFile(script: Script, moves: readonly Move[]): string {
  const needs = needsOf(script.policy, moves);
  const body = movesText(moves, script.policy, needs);
  const names = (of: ReadonlySet<string>) => [...of].sort(byName).join(', ');
  return `${[
    headText(script, moves),
    `import { ${names(needs.recker)} } from 'recker';`,
    `import { ${names(needs.testing)} } from 'recker/testing';`,
    `import { ${names(needs.vitest)} } from 'vitest';`,
    '',
    optionsText(script.policy),
    '',
    `it(${literal(titleOf(script, moves))}, async () => {`,
    ...setUp(script, needs).map(indented),
    '',
    ...body.map(indented),
    '});',
  ].join('\n')}\n`;
}

const indented = (line: string): string => (line === '' ? '' : `  ${line}`);

/** As Biome sorts them: without a view to upper and lower case. */
const byName = (one: string, other: string): number =>
  one.replace('type ', '').toLowerCase() < other.replace('type ', '').toLowerCase() ? -1 : 1;

const endOf = (moves: readonly Move[]): string => moves.at(-1)?.cue.state ?? 'idle';

const titleOf = ({ url }: Script, moves: readonly Move[]): string =>
  `${url === undefined || url === '' ? 'the client' : url} comes to ${endOf(moves)}`;

function headText({ recordedBy, client, steps, dropped }: Script, moves: readonly Move[]): string {
  const needed = new Set(moves.map(({ cue }) => cue.line).filter((line) => line > 0)).size;
  const made = moves.filter(({ cue }) => cue.line === 0).length;
  return [
    '/**',
    ` * Written by \`recker replay\` from a recording of recker ${recordedBy.replaceAll('*/', '')}, connection ${literal(client).replaceAll('*/', '')}.`,
    ` * Of its ${steps.length} steps these ${needed} lead to the end; the numbers are those of their lines.`,
    ...(made > 0
      ? [` * The recording had forgotten ${dropped} steps: ${made} others stand for them, without a number.`]
      : []),
    ' *',
    ' * To test a fix: change what is expected at the end to what you want, and see it fail. Then change the options, or make the',
    ' * client as your program does, until it passes.',
    ' */',
  ].join('\n');
}

function needsOf(policy: RecordedPolicy, moves: readonly Move[]): Needs {
  const acts = moves.map(({ cue }) => cue.act);
  const has = (name: Act['do']) => acts.some((act) => act.do === name);
  return {
    recker: new Set(['ReckerWebSocket', 'type WebSocketOptions']),
    testing: new Set(['fakeTransport', 'VirtualClock', ...(has('online') ? ['goOnline'] : [])]),
    vitest: new Set(['expect', 'it', ...(moves.some(({ cue }) => cue.isOffline) ? ['vi'] : [])]),
    random: policy.reconnectJitter !== 'none' && moves.some(({ cue }) => cue.to === 'backoff'),
    chance: moves.some(({ cue }) => cue.chance !== undefined && cue.chance !== 0),
    decision: policy.shouldReconnect === true,
    sleep: moves.some(({ sleep }) => sleep !== 0),
    abort: has('abort'),
  };
}

/** The options that are not the default. */
function optionsText(policy: RecordedPolicy): string {
  const { heartbeatMessage } = policy;
  const given: [string, unknown][] = Object.entries(timesOf(policy)).filter(
    ([name, value]) => (DEFAULT_POLICY as unknown as Record<string, unknown>)[name] !== value,
  );
  if (heartbeatMessage) given.push(['heartbeatMessage', HEARTBEAT]);
  const lines = given.map(([name, value]) => `  ${name}: ${literal(value)},`);
  if (heartbeatMessage) lines.push(`  isHeartbeatReply: ({ data }) => data === ${literal(HEARTBEAT_REPLY)},`);
  const head = '/** As recorded; what is not here has its default. */\nconst options: WebSocketOptions = {';
  return lines.length === 0 ? `${head}};` : `${head}\n${lines.join('\n')}\n};`;
}

function setUp({ url = '', policy }: Script, needs: Needs): readonly string[] {
  const options = [
    '...options',
    'transport',
    needs.sleep ? 'clock: { ...clock, now: () => clock.now() + slept }' : 'clock',
    ...(needs.random || needs.chance ? [`random: () => ${needs.chance ? 'chance' : 0}`] : []),
    ...(needs.decision ? ['shouldReconnect: () => decision'] : []),
    ...(needs.abort ? ['signal: controller.signal'] : []),
    ...(policy.prepare
      ? ['prepare: () => new Promise<void>((resolve, reject) => preparing.push({ resolve, reject }))']
      : []),
  ];
  const address = literal(/^wss?:\/\//.test(url) ? url : 'wss://example.com');
  const short = `const ws = new ReckerWebSocket(${address}, { ${options.join(', ')} });`;
  return [
    'const clock = new VirtualClock();',
    "const transport = fakeTransport({ autoAnswer: 'manual' });",
    ...(needs.sleep ? ['let slept = 0;'] : []),
    ...(needs.chance ? ['let chance = 0;'] : []),
    ...(needs.decision ? ['let decision: boolean | number = true;'] : []),
    ...(needs.abort ? ['const controller = new AbortController();'] : []),
    ...(policy.prepare
      ? ['const preparing: { resolve: () => void; reject: (error: Error) => void }[] = [];']
      : []),
    ...(short.length <= 108
      ? [short]
      : [`const ws = new ReckerWebSocket(${address}, {`, ...options.map((option) => `  ${option},`), '});']),
    "ws.on('error', () => {});",
  ];
}

function movesText(moves: readonly Move[], policy: RecordedPolicy, needs: Needs): readonly string[] {
  let state = 'idle';
  let chance: Cue['chance'] = 0;
  let decision: Cue['decision'] = true;
  return moves.flatMap((move, index) => {
    const { cue } = move;
    const lines: string[] = [];
    if (cue.chance !== undefined && cue.chance !== chance) {
      chance = cue.chance;
      lines.push(`chance = ${chance};`);
    }
    if (needs.decision && cue.decision !== undefined && cue.decision !== decision) {
      decision = cue.decision;
      lines.push(`decision = ${decision};`);
    }
    lines.push(...moveText(move, policy, needs));
    if (cue.state !== state || index === moves.length - 1)
      lines.push(`expect(ws.state).toBe(${literal(cue.state)});`);
    state = cue.state;
    const comment = `// ${cue.line > 0 ? `${cue.line}: ` : ''}${cue.event.replace(/[^\w. ]/g, '?')}`;
    return [...(index > 0 ? [''] : []), comment, ...lines];
  });
}

function moveText(
  { cue, wait, sleep, isFirst }: Move,
  policy: RecordedPolicy,
  needs: Needs,
): readonly string[] {
  const { act, isOffline } = cue;
  const lines: string[] = [];
  if (isOffline) lines.push("vi.stubGlobal('navigator', { onLine: false });");
  const sleeps = sleep === 0 ? [] : [`slept ${sleep > 0 ? '+' : '-'}= ${Math.abs(sleep)};`];
  if (act.do === 'delay')
    lines.push(...sleeps, isFirst ? 'clock.next();' : `await clock.advanceAsync(${wait});`);
  else lines.push(...(wait > 0 ? [`await clock.advanceAsync(${wait});`] : []), ...sleeps);
  lines.push(...actText(act, policy, needs));
  if (isOffline) lines.push('vi.unstubAllGlobals();');
  return lines;
}

function actText(act: Act, policy: RecordedPolicy, needs: Needs): readonly string[] {
  const error = (failure: Parameters<typeof errorSource>[0]) => {
    const { text, uses } = errorSource(failure);
    needs.recker.add(uses);
    return text;
  };
  const last = (call: string) => [`transport.last.${call};`];
  switch (act.do) {
    case 'connect':
    case 'reconnect':
    case 'terminate':
      return [`ws.${act.do}();`];
    case 'close':
      return [`ws.close(${act.code === 1000 ? '' : act.code});`];
    case 'abort':
      return ['controller.abort();'];
    case 'awake':
      return ['ws.wake();'];
    case 'online':
      return ['goOnline(ws);'];
    case 'open':
      return last('open()');
    case 'pong':
      return last(policy.heartbeatMessage ? `message(${literal(HEARTBEAT_REPLY)})` : 'pong()');
    case 'prepared':
      return ['preparing.at(-1)?.resolve();', 'await clock.advanceAsync(0);'];
    case 'unprepared':
      return [`preparing.at(-1)?.reject(${error(act.error)});`, 'await clock.advanceAsync(0);'];
    case 'fill':
      return last('fill(1_000_000)');
    case 'hear':
      return last(`message(${literal(MESSAGE)})`);
    case 'take':
      return last(act.all ? 'take()' : 'take(1)');
    case 'answer':
      return last(`answer(${act.alive})`);
    case 'fail': {
      const code = act.sentCode === undefined ? '' : `, ${act.sentCode}`;
      return last(`fail(${error(act.error)}${code})`);
    }
    case 'peerClose':
      return last(`peerClose(${act.code})`);
    case 'peerErr':
      return last(`peerErr(${error(act.error)}, ${act.sentCode})`);
    case 'end': {
      const { code, wasClean, error: failure } = act.end;
      const members = [
        ...(act.isPlain ? [] : [`code: ${code}`, `wasClean: ${wasClean}`]),
        ...(failure === undefined ? [] : [`error: ${error(failure)}`]),
      ];
      return last(members.length === 0 ? 'end()' : `end({ ${members.join(', ')} })`);
    }
    case 'delay':
      return [];
  }
}
