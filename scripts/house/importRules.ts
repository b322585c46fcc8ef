/**
 * Do the import rules of biome.json report what they are for? Small files that break one rule each are written into a
 * folder of their own, together with files that keep them all, and Biome has to tell the two apart.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const imports = (from: string): string => `import { a } from '${from}';\n\nexport const b = a;\n`;

interface Probe {
  readonly path: string;
  readonly text: string;
  /** The rule that has to report it; undefined where none may. */
  readonly rule?: string;
}

const breaks = (rule: string) => (path: string, text: string) => ({ path, text, rule });
const importing = breaks('noRestrictedImports');
const global = breaks('noRestrictedGlobals');
const circle = breaks('noImportCycles');

const bad: readonly Probe[] = [
  importing('src/port/xstate.ts', imports('xstate')),
  importing('src/port/node.ts', imports('node:net')),
  importing('src/port/package.ts', imports('socks')),
  importing('src/port/machine.ts', imports('../machine/index.js')),
  importing('src/machine/node.ts', imports('node:net')),
  importing('src/machine/ws.ts', imports('ws')),
  importing('src/machine/package.ts', imports('socks')),
  importing('src/machine/services.ts', imports('../services/ws/index.js')),
  importing('src/machine/api.ts', imports('../api/events/index.js')),
  importing('src/machine/portFile.ts', imports('../port/facts.js')),
  importing('src/services/xstate.ts', imports('xstate')),
  importing('src/services/machine.ts', imports('../machine/index.js')),
  importing('src/services/ws/machine.ts', imports('../../machine/index.js')),
  importing('src/services/ws/api.ts', imports('../../api/options/index.js')),
  importing('src/services/ws/testing.ts', imports('../../testing/index.js')),
  importing('src/services/ws/routeFile.ts', imports('../routes/directRoute.js')),
  importing('src/services/routes/below.ts', imports('./proxy/socksRoute.js')),
  importing('src/services/routes/portFile.ts', imports('../../port/facts.js')),
  importing('src/api/testing.ts', imports('../testing/index.js')),
  importing('src/api/inspect.ts', imports('../inspect/index.js')),
  importing('src/api/xstate.ts', imports('xstate')),
  importing('src/api/options/xstate.ts', imports('xstate')),
  importing('src/api/machineFile.ts', imports('../machine/decision.js')),
  importing('src/api/options/linkFile.ts', imports('../link/link.js')),
  importing('src/api/below.ts', imports('./options/settings.js')),
  importing('src/api/serviceFile.ts', imports('../services/ws/wsTransport.js')),
  importing('src/testing/api.ts', imports('../api/events/index.js')),
  importing('src/testing/inspect.ts', imports('../inspect/index.js')),
  importing('src/testing/machineFile.ts', imports('../machine/decision.js')),
  importing('src/inspect/services.ts', imports('../services/ws/index.js')),
  importing('src/inspect/testing.ts', imports('../testing/index.js')),
  importing('src/api/cli.ts', imports('../cli/main.js')),
  importing('src/testing/cli.ts', imports('../cli/index.js')),
  importing('src/inspect/cli.ts', imports('../cli/index.js')),
  importing('src/cli/xstate.ts', imports('xstate')),
  importing('src/cli/machine.ts', imports('../machine/index.js')),
  importing('src/cli/services.ts', imports('../services/ws/index.js')),
  importing('src/cli/apiFile.ts', imports('../api/ReckerWebSocket.js')),
  importing('src/cli/testingFile.ts', imports('../testing/replay.js')),
  importing('src/inspect/recordingFile.ts', imports('../recording/parse.js')),
  importing('src/websocket/machine.ts', imports('../machine/index.js')),
  importing('src/websocket/services.ts', imports('../services/runtime/index.js')),
  importing('src/websocket/apiFile.ts', imports('../api/ReckerWebSocket.js')),
  importing('src/websocket/options.ts', imports('../api/options/index.js')),
  importing('src/websocket/testing.ts', imports('../testing/index.js')),
  importing('src/recording/node.ts', imports('node:fs')),
  importing('src/recording/xstate.ts', imports('xstate')),
  importing('src/recording/testing.ts', imports('../testing/index.js')),
  importing('src/recording/machineFile.ts', imports('../machine/decision.js')),
  importing('src/react/api.ts', imports('../api/events/index.js')),
  importing('src/react/index.ts', imports('../index.js')),
  importing('src/react/machine.ts', imports('recker/machine')),
  importing('src/react/node.ts', imports('node:net')),
  global('src/react/timer.ts', 'export const b = setTimeout;\n'),
  global('src/port/timer.ts', 'export const b = setTimeout;\n'),
  global('src/machine/timer.ts', 'export const b = setTimeout;\n'),
  global('src/machine/date.ts', 'export const b = Date.now();\n'),
  global('src/machine/process.ts', 'export const b = process.pid;\n'),
  global('src/services/ws/timer.ts', 'export const b = setTimeout;\n'),
  global('src/services/date.ts', 'export const b = Date.now();\n'),
  global('src/recording/date.ts', 'export const b = Date.now();\n'),
  global('src/websocket/timer.ts', 'export const b = setTimeout;\n'),
  global('src/websocket/date.ts', 'export const b = Date.now();\n'),
  global('src/api/timer.ts', 'export const b = setInterval;\n'),
  global('src/api/options/date.ts', 'export const b = Date.now();\n'),
  circle('src/circle/one.ts', "import { two } from './two.js';\n\nexport const one = () => two;\n"),
  circle('src/circle/two.ts', "import { one } from './one.js';\n\nexport const two = () => one;\n"),
  circle('src/types/one.ts', "import type { Two } from './two.js';\n\nexport type One = Two | 1;\n"),
  circle('src/types/two.ts', "import type { One } from './one.js';\n\nexport type Two = One[] | 2;\n"),
];

const good: readonly Probe[] = [
  { path: 'src/port/good.ts', text: imports('./facts.js') },
  { path: 'src/machine/good.ts', text: imports('./backoff.js') },
  { path: 'src/machine/goodPort.ts', text: imports('../port/index.js') },
  { path: 'src/machine/goodXState.ts', text: imports('xstate') },
  { path: 'src/services/routes/good.ts', text: imports('./proxy/index.js') },
  { path: 'src/services/ws/good.ts', text: imports('../routes/index.js') },
  { path: 'src/services/ws/goodPort.ts', text: imports('../../port/index.js') },
  { path: 'src/services/ws/goodPackage.ts', text: imports('ws') },
  { path: 'src/services/ws/goodNode.ts', text: imports('node:net') },
  { path: 'src/api/good.ts', text: imports('./options/index.js') },
  { path: 'src/api/goodMachine.ts', text: imports('../machine/index.js') },
  { path: 'src/api/chart/goodXState.ts', text: imports('xstate') },
  { path: 'src/api/options/good.ts', text: imports('../platform.js') },
  { path: 'src/testing/good.ts', text: imports('../machine/index.js') },
  { path: 'src/testing/goodXState.ts', text: imports('xstate') },
  { path: 'src/inspect/good.ts', text: imports('../port/index.js') },
  { path: 'src/cli/good.ts', text: imports('../testing/index.js') },
  { path: 'src/cli/goodApi.ts', text: imports('../index.js') },
  { path: 'src/cli/goodValues.ts', text: imports('../api/values/index.js') },
  { path: 'src/cli/goodNode.ts', text: imports('node:util') },
  { path: 'src/cli/goodOwn.ts', text: imports('./command.js') },
  { path: 'src/inspect/goodRecording.ts', text: imports('../recording/index.js') },
  { path: 'src/testing/goodRecording.ts', text: imports('../recording/index.js') },
  { path: 'src/websocket/good.ts', text: imports('../api/index.js') },
  { path: 'src/websocket/goodPort.ts', text: imports('../port/index.js') },
  { path: 'src/websocket/goodOwn.ts', text: imports('./events.js') },
  { path: 'src/recording/good.ts', text: imports('./format.js') },
  { path: 'src/recording/goodMachine.ts', text: imports('../machine/index.js') },
  { path: 'src/react/good.ts', text: imports('./values.js') },
  { path: 'src/react/goodName.ts', text: imports('recker') },
  { path: 'src/react/goodReact.ts', text: imports('react') },
];

interface Report {
  readonly diagnostics: readonly {
    readonly category?: string;
    readonly location?: { readonly path?: unknown };
  }[];
}

/** What is wrong with the rules, one sentence each. @param root where biome.json is */
export function* silentRules(root: string): Generator<string> {
  const folder = mkdtempSync(join(tmpdir(), 'recker-rules-'));
  try {
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    for (const { path, text } of [...bad, ...good]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { stdout, stderr } = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: folder, encoding: 'utf8' },
    );
    const reported = new Map<string, Set<string>>();
    for (const { category = '', location } of (JSON.parse(stdout) as Report).diagnostics) {
      const path = String(location?.path ?? '');
      reported.set(path, (reported.get(path) ?? new Set()).add(category.split('/').at(-1) ?? ''));
    }
    if (reported.size === 0) yield `biome reported nothing at all: ${stderr}`;
    for (const { path, text, rule } of bad) {
      if (rule !== undefined && !reported.get(path)?.has(rule))
        yield `biome.json: ${rule} does not report ${path}: ${text.split('\n')[0]}`;
    }
    for (const { path, text } of good) {
      const rules = [...(reported.get(path) ?? [])];
      if (rules.length > 0) yield `biome.json: ${rules} reports ${path}: ${text.split('\n')[0]}`;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
