import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL = 'apt-get install -y --no-install-recommends kcat';
const START_WITHIN_MS = 30_000;

/**
 * One broker that speaks Kafka's protocol, on a free port of loopback: the mock cluster of librdkafka, which lives in a
 * kcat that has nothing else to do. It keeps up to 5 MB a partition in memory and makes any topic that is named, with four
 * partitions; once it is killed all of that is gone, and the next one is another cluster at another port.
 */
export class MockBroker {
  /** `host:port` */
  readonly address: string;
  readonly #child: ChildProcess;

  /** @throws Error with the command that installs it where it is not installed */
  static async start(): Promise<MockBroker> {
    const args = ['-C', '-b', 'x:1', '-t', 'boot', '-X', 'test.mock.num.brokers=1', '-d', 'mock'];
    const child = spawn('kcat', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => reject(new Error(`kcat told no address:\n${said}`)), START_WITHIN_MS);
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(error.code === 'ENOENT' ? new Error(`kcat is not installed; install it with: ${INSTALL}`) : error);
      });
      child.stderr.on('data', (chunk) => {
        if (said.length > 10_000) return;
        said += String(chunk);
        const found = /bootstrap\.servers=(\S+:\d+)\s/.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    });
    return new MockBroker(child, address);
  }

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  /** It takes connections and answers nothing, from now on. */
  async hang(): Promise<void> {
    this.#child.kill('SIGSTOP');
    // A signal is sent before it is heeded.
    const tasks = `/proc/${this.#child.pid}/task`;
    const isStopped = (task: string): boolean =>
      /^State:\s+T/m.test(readFileSync(join(tasks, task, 'status'), 'utf8'));
    while (!readdirSync(tasks).every(isStopped)) await new Promise((resolve) => setImmediate(resolve));
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
