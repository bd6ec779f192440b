import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { raisePriority } from '@rehearsal/processes';

const LOOK_EVERY_MS = 5;
const START_WITHIN_MS = 30_000;

/** @typedef {{pid: number, next: () => Promise<any>}} RawProcess `next`: what it says next */

/** A bare nats-server on a free loopback port and bare processes on it: what our own is measured against. */
class RawNet {
  /** @type {import('node:child_process').ChildProcess[]} */
  #children = [];
  #dir = mkdtempSync(join(tmpdir(), 'rehearsal-raw-'));
  #url = '';
  busPid = 0;

  async start() {
    const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', this.#dir], {
      stdio: 'ignore',
    });
    this.#adopt(server);
    this.busPid = Number(server.pid);
    const deadline = performance.now() + START_WITHIN_MS;
    while (this.#url === '') {
      if (server.exitCode !== null || performance.now() > deadline)
        throw new Error('the bare nats-server did not start');
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      this.#url = this.#readUrl();
    }
  }

  /** With the priority that a fabric's processes have: on a busy machine both get as much of it. @param {import('node:child_process').ChildProcess} child */
  #adopt(child) {
    this.#children.push(child);
    raisePriority(child.pid);
  }

  #readUrl() {
    const name = readdirSync(this.#dir).find((file) => file.endsWith('.ports'));
    try {
      return name === undefined ? '' : JSON.parse(readFileSync(join(this.#dir, name), 'utf8')).nats[0];
    } catch {
      return ''; // Half written.
    }
  }

  /** Starts one of the programs of this folder. @param {string} program @param {Record<string, unknown>} [parameters] @returns {RawProcess} */
  run(program, parameters = {}) {
    const file = join(import.meta.dirname, `${program}.mjs`);
    const argument = JSON.stringify({ url: this.#url, ...parameters });
    const child = spawn(process.execPath, [file, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#adopt(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${program}.mjs ended without a word`);
      return JSON.parse(value);
    };
    return { pid: Number(child.pid), next };
  }

  /** Starts it and waits until it says that it takes part. @param {string} program @param {Record<string, unknown>} [parameters] */
  async ready(program, parameters) {
    const process = this.run(program, parameters);
    await process.next();
    return process;
  }

  async stop() {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      }),
    );
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** @template T @param {(net: RawNet) => Promise<T>} body @returns {Promise<T>} */
export async function withRawNet(body) {
  const net = new RawNet();
  try {
    await net.start();
    return await body(net);
  } finally {
    await net.stop();
  }
}
