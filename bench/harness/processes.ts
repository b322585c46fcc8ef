/** The processes of a run: one server a workload, one for each client. */
import { type ChildProcess, fork } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Sample } from '../workloads/workload.js';
import { projectRoot } from './build.js';
import type { Job, Reply, Request } from './messages.js';

/** No workload takes this long; one that does hangs. */
const REPLY_TIMEOUT_MS = 90_000;

function environment(bufferutil: boolean): NodeJS.ProcessEnv {
  const { WS_NO_BUFFER_UTIL: _inherited, NODE_OPTIONS: _loaders, ...rest } = process.env;
  return {
    ...rest,
    BENCH_ROOT: pathToFileURL(`${projectRoot}/`).href,
    ...(bufferutil ? {} : { WS_NO_BUFFER_UTIL: '1' }),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // Most are in the middle of something; nothing of theirs needs tidying up.
  child.kill('SIGKILL');
  await exited;
}

export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  static start(script: string): Promise<Server> {
    const child = fork(script, { execArgv: [] });
    return new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error('the server did not start')));
      child.once('message', ({ port }: { port: number }) =>
        resolve(new Server(child, `ws://127.0.0.1:${port}`)),
      );
    });
  }

  stop(): Promise<void> {
    return end(this.child);
  }
}

export class ClientProcess {
  private readonly child: ChildProcess;

  constructor(script: string, bufferutil: boolean) {
    this.child = fork(script, {
      execArgv: ['--expose-gc'],
      env: environment(bufferutil),
      // Libraries that log would tear the progress line.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-2000);
    });
  }

  private lastWords = '';

  load(job: Job): Promise<Reply> {
    return this.ask({ type: 'load', job });
  }

  async warmUp(): Promise<number> {
    const reply = await this.ask({ type: 'warmUp' });
    return reply.type === 'warm' ? reply.count : 0;
  }

  async sample(): Promise<{ readonly sample: Sample; readonly count: number }> {
    const reply = await this.ask({ type: 'sample' });
    if (reply.type !== 'sample') throw new Error(`unexpected reply ${reply.type}`);
    return reply;
  }

  stop(): Promise<void> {
    return end(this.child);
  }

  private ask(request: Request): Promise<Reply> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        child.off('message', onReply);
        child.off('exit', onExit);
        action();
      };
      const onReply = (reply: Reply): void =>
        settle(() => (reply.type === 'failed' ? reject(new Error(reply.message)) : resolve(reply)));
      const onExit = (): void =>
        settle(() =>
          reject(new Error(`the process died: ${this.lastWords.trim().split('\n').at(-1) ?? ''}`)),
        );
      const timer = setTimeout(
        () => settle(() => reject(new Error(`no ${request.type} within ${REPLY_TIMEOUT_MS / 1000} s`))),
        REPLY_TIMEOUT_MS,
      );
      child.on('message', onReply);
      child.on('exit', onExit);
      child.send(request);
    });
  }
}
