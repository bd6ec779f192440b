import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INSTALL = 'apt-get install -y --no-install-recommends kcat';
const START_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 10;

/**
 * One broker that speaks Kafka's protocol, on a free port of loopback: the mock cluster of librdkafka, which lives in a
 * kcat that has nothing else to do. It keeps up to 5 MB a partition in memory and makes any topic that is named, with four
 * partitions; once it is killed all of that is gone, and the next one is another cluster at another port.
 */
export class MockBroker {
  readonly #child: ChildProcess;
  readonly #dir: string;
  #address = '';

  /** @throws Error with the command that installs it where it is not installed */
  static async start(): Promise<MockBroker> {
    const args = ['-C', '-b', 'x:1', '-t', 'boot', '-X', 'test.mock.num.brokers=1', '-d', 'mock'];
    const dir = mkdtempSync(join(tmpdir(), 'rehearsal-kcat-'));
    const log = join(dir, 'kcat.log');
    // Into a file: it says so much that a pipe nobody reads for a while would stop it.
    const fd = openSync(log, 'w');
    const child = spawn('kcat', args, { stdio: ['ignore', 'ignore', fd] });
    closeSync(fd);
    const broker = new MockBroker(child, dir);
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'ENOENT' ? new Error(`kcat is not installed; install it with: ${INSTALL}`) : error);
      });
    });
    try {
      await Promise.race([broker.#findAddress(log), failed]);
      return broker;
    } catch (error) {
      await broker.kill();
      throw error;
    }
  }

  private constructor(child: ChildProcess, dir: string) {
    this.#child = child;
    this.#dir = dir;
  }

  /** `host:port` */
  get address(): string {
    return this.#address;
  }

  async #findAddress(log: string): Promise<void> {
    const deadline = performance.now() + START_WITHIN_MS;
    for (;;) {
      const said = readFileSync(log, 'utf8');
      const found = /bootstrap\.servers=(\S+:\d+)\s/.exec(said)?.[1];
      if (found !== undefined) {
        this.#address = found;
        return;
      }
      if (performance.now() > deadline) throw new Error(`kcat told no address:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** It takes connections and answers nothing, from now on. */
  async hang(): Promise<void> {
    this.#child.kill('SIGSTOP');
    // A signal is sent before it is heeded.
    const tasks = `/proc/${this.#child.pid}/task`;
    const isStopped = (task: string): boolean => /^State:\s+T/m.test(readFileSync(join(tasks, task, 'status'), 'utf8'));
    while (!readdirSync(tasks).every(isStopped)) await new Promise((resolve) => setImmediate(resolve));
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
