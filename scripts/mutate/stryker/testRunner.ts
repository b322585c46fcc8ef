/**
 * A test runner for Stryker that runs Vitest's tests in Stryker's own process.
 *
 * Stryker's runner for Vitest starts a worker and loads the library anew for each change, which costs half a second
 * to a second of CPU (measured). Here the library is loaded once, and a change is a number that is set: most changes
 * cost a few milliseconds, so that thousands of them can be tried. It uses Vitest's own collector and matchers.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MutantResult } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';
import {
  type CompleteDryRunResult,
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { type File, type Suite, startTests, type Test, type VitestRunner } from '@vitest/runner';
import { BUNDLE, isLeftOut, STARTS_A_PROCESS, testFiles } from './tests.js';

/** What Stryker's instrumented code reads and writes. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

const globals = globalThis as unknown as { __stryker__?: Instrumented; __vitest_worker__?: unknown };
globals.__stryker__ ??= {};
const instrumented: Instrumented = globals.__stryker__;

/** Vitest's matchers and `vi.stubEnv()` read their settings here. */
globals.__vitest_worker__ = {
  config: { snapshotOptions: {}, expect: {} },
  filepath: '',
  metaEnv: process.env,
};

/** Timers that the tests of one file have set: Vitest ends the process of a file, and with it what it waits for. */
const timers = new Set<NodeJS.Timeout>();
const setRealTimeout = globalThis.setTimeout;
const setNotedTimeout = ((...args: Parameters<typeof setTimeout>) => {
  const timer = setRealTimeout(...args);
  timers.add(timer);
  return timer;
}) as typeof setTimeout;
globalThis.setTimeout = Object.setPrototypeOf(setNotedTimeout, setRealTimeout);

function clearTimers(): void {
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
}

const TEST_TIMEOUT = 8000;

type Task = Test | Suite;

function testsOf(task: Task): Test[] {
  return task.type === 'test' ? [task] : task.tasks.flatMap(testsOf);
}

function idOf(test: Test): string {
  const names = [test.name];
  for (let suite = test.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  const file = relative(resolve(BUNDLE), test.file.filepath).replace(/\.js$/, '.ts');
  return `${file}#${names.join(' > ')}`;
}

const fileOf = (id: string): string => id.slice(0, id.indexOf('#'));

/** One after the other, and only those that are wanted. @returns whether any is left */
function prepared(task: Task, isWanted: (test: Test) => boolean): boolean {
  task.concurrent = false;
  const isLeft =
    task.type === 'test' ? isWanted(task) : task.tasks.map((each) => prepared(each, isWanted)).includes(true);
  if (!isLeft) task.mode = 'skip';
  return isLeft;
}

let imports = 0;

interface Run {
  readonly ids?: ReadonlySet<string> | undefined;
  readonly activeMutant?: string;
  readonly bail: boolean;
}

/** One run of some tests. Vitest collects them anew, so that no state of a test file is kept. */
class InProcess implements VitestRunner {
  readonly config: VitestRunner['config'] = {
    root: resolve(BUNDLE),
    setupFiles: [],
    name: undefined,
    passWithNoTests: true,
    testNamePattern: undefined,
    allowOnly: true,
    sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: TEST_TIMEOUT,
    hookTimeout: TEST_TIMEOUT,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  };
  readonly #run: Run;
  #hasFailed = false;

  constructor(run: Run) {
    this.#run = run;
  }

  async importFile(path: string): Promise<unknown> {
    imports += 1;
    return import(`${pathToFileURL(path).href}?${imports}`);
  }

  onCollected(files: File[]): void {
    const { ids, activeMutant } = this.#run;
    for (const file of files) {
      prepared(
        file,
        (test) =>
          test.mode !== 'skip' && !isLeftOut(idOf(test)) && (ids === undefined || ids.has(idOf(test))),
      );
    }
    instrumented.activeMutant = activeMutant;
  }

  onBeforeRunSuite(suite: Suite): void {
    if (this.#hasFailed && this.#run.bail) suite.mode = 'skip';
  }

  onAfterRunSuite(suite: Suite): void {
    if (suite.file === suite) clearTimers();
  }

  onBeforeRunTask(test: Test): void {
    if (this.#hasFailed && this.#run.bail) test.mode = 'skip';
    instrumented.currentTestId = idOf(test);
  }

  onAfterRunTask(test: Test): void {
    instrumented.currentTestId = undefined;
    this.#hasFailed ||= statusOf(test) === TestStatus.Failed;
  }
}

/** Sockets and servers that a failed test has left open, and that a later one must not meet. */
function destroyLeftovers(before: ReadonlySet<object>): void {
  const handles = (process as unknown as { _getActiveHandles(): object[] })._getActiveHandles();
  for (const handle of handles.filter((each) => !before.has(each))) {
    if ('destroy' in handle) (handle.destroy as () => void)();
    else if ('close' in handle) (handle.close as () => void)();
  }
}

const handlesNow = (): ReadonlySet<object> =>
  new Set((process as unknown as { _getActiveHandles(): object[] })._getActiveHandles());

const LEFT_OUT = `${BUNDLE}/leftOut.json`;

class InProcessRunner implements TestRunner {
  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    process.env.NODE_ENV = 'test';
    process.env.VITEST = 'true';
    process.setMaxListeners(0);
    process.removeAllListeners('warning');
  }

  /** A test that fails, or is slow, without any change judges nothing: it is named, and left out. */
  async dryRun(): Promise<DryRunResult> {
    const { tests } = await this.#run({ bail: false }, testFiles());
    const isOut = ({ status, timeSpentMs }: TestResult) =>
      status !== TestStatus.Success || timeSpentMs > TEST_TIMEOUT / 4;
    const out = tests.filter(isOut).map(({ id }) => id);
    writeFileSync(LEFT_OUT, JSON.stringify(out));
    for (const test of tests.filter(isOut)) console.error(`left out: ${test.id}`, test.timeSpentMs);
    const { mutantCoverage = { static: {}, perTest: {} } } = instrumented;
    for (const id of out) delete mutantCoverage.perTest[id];
    return { status: DryRunStatus.Complete, tests: tests.filter((test) => !isOut(test)), mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    instrumented.hitCount = 0;
    instrumented.hitLimit = hitLimit;
    const files = testFiles().filter((file) => testFilter?.some((id) => fileOf(id) === file) === true);
    const ids = new Set(testFilter);
    for (const id of JSON.parse(readFileSync(LEFT_OUT, 'utf8')) as string[]) ids.delete(id);
    const result = await this.#run({ ids, activeMutant: activeMutant.id, bail: true }, files);
    return toMutantRunResult(determineHitLimitReached(instrumented.hitCount, hitLimit) ?? result);
  }

  async #run(run: Run, files: readonly string[]): Promise<CompleteDryRunResult> {
    const before = handlesNow();
    // Not counted: an end of a test before may come during this one. Vitest would fail the run.
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      process.removeAllListeners(event);
      process.on(event, () => {});
    }
    const paths = files.map((file) => resolve(BUNDLE, file.replace(/\.ts$/, '.js')));
    const began = performance.now();
    const collected = await startTests(paths, new InProcess(run));
    if (process.env.MUTATE_LOG) {
      console.error(Math.round(performance.now() - began), run.activeMutant, files.length);
    }
    instrumented.activeMutant = undefined;
    const tests: TestResult[] = collected.flatMap((file) => [
      ...testsOf(file)
        .filter(({ mode }) => mode !== 'skip')
        .map(resultOf),
      ...(file.result?.errors ?? []).map(({ message }) => failed(`${file.name}#the file`, message)),
    ]);
    if (tests.some(({ status }) => status === TestStatus.Failed)) {
      destroyLeftovers(before);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { status: DryRunStatus.Complete, tests };
  }
}

const failed = (id: string, failureMessage: string): TestResult => ({
  id,
  name: id,
  timeSpentMs: 0,
  status: TestStatus.Failed,
  failureMessage,
});

function statusOf({ result }: Test): TestStatus {
  if (result?.state === 'pass') return TestStatus.Success;
  const needsAnother = result?.errors?.some(({ message }) => message.includes(STARTS_A_PROCESS)) === true;
  return needsAnother ? TestStatus.Skipped : TestStatus.Failed;
}

function resultOf(test: Test): TestResult {
  const common = { id: idOf(test), name: test.name, timeSpentMs: test.result?.duration ?? 0 };
  const status = statusOf(test);
  if (status !== TestStatus.Failed) return { ...common, status };
  const failureMessage = test.result?.errors?.[0]?.message ?? 'The test did not run: its suite has failed';
  return { ...common, status, failureMessage };
}

/** Says at once what survives: a run may take an hour. */
class Survivors implements Reporter {
  onMutantTested({ status, fileName, location, mutatorName, replacement = '' }: MutantResult): void {
    if (process.env.MUTATE_LOG === undefined) return;
    const { line, column } = location.start;
    const change = `${mutatorName} → ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;
    console.error(`${status} ${relative('.', fileName)}:${line}:${column} ${change}`);
  }
}

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.Reporter, 'survivors', () => new Survivors()),
  declareFactoryPlugin(PluginKind.TestRunner, 'in-process', () => new InProcessRunner()),
];
