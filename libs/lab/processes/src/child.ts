import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dieWithParent } from '@rehearsal/bus';
import type { ProcessState, RoleEntry } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port';

/** What a process of the fabric is started with; read and checked by its host. */
export interface ProcessConfig {
  readonly fabric: string;
  readonly site: number;
  readonly role: string;
  readonly id: string;
  readonly incarnation: number;
  readonly natsUrl: string;
  readonly nkeySeedFile: string;
  readonly [field: string]: unknown;
}

/** What a process says on its standard output: once it takes part, and before it ends to be started again. */
interface SaidLine {
  readonly ready?: boolean;
  readonly httpPort?: number;
  readonly rebootAfterMs?: number;
}

const START_WITHIN_MS = 60_000;

/** Above ordinary work: a fabric's heartbeats should not wait for whatever else the machine is doing. */
const PRIORITY = -5;

/** Raises a process's priority where the system lets us (as root); without it everything works all the same. */
export function raisePriority(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // Not permitted, or the process has just ended.
  }
}

/** One process of the fabric through all its starts. */
export class Child<Entry extends { readonly role: string; readonly id: string } = RoleEntry> {
  readonly entry: Entry;
  state: ProcessState = 'dead';
  /** Counts starts; 0 before the first. */
  incarnation = 0;
  /** Where it answers for health and metrics; undefined until it is ready. */
  httpPort: number | undefined;
  /** How often it ended without having been told to. */
  endedByItself = 0;
  /** Called with its number as soon as it has one. */
  onSpawn: ((pid: number | undefined) => void) | undefined;
  /** Called when it ends without having been told to. */
  onUnexpectedEnd: ((code: number | null, signal: string | null) => void) | undefined;
  /** Called when it has ended by its own wish, to be started again after so long. */
  onReboot: ((afterMs: number) => void) | undefined;
  private rebootAfterMs: number | undefined;
  private process: ChildProcess | undefined;
  private expectedEnd = false;
  private readonly main: string;
  private readonly dir: string;
  private readonly nodeFlags: readonly string[];

  /** `main`: the program; `dir`: where its configuration and its log go. */
  constructor(entry: Entry, main: string, dir: string, nodeFlags: readonly string[]) {
    this.entry = entry;
    this.main = main;
    this.dir = dir;
    this.nodeFlags = nodeFlags;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  get name(): string {
    return `${this.entry.role} ${this.entry.id}`;
  }

  /** The file with everything it wrote to its standard error, all starts. */
  get logFile(): string {
    return join(this.dir, `${this.entry.role}-${this.entry.id}.log`);
  }

  /** Starts it as the next incarnation; resolves when it says that it takes part. */
  async start(config: (incarnation: number) => ProcessConfig): Promise<void> {
    this.incarnation++;
    this.expectedEnd = false;
    this.rebootAfterMs = undefined;
    this.httpPort = undefined;
    const file = join(this.dir, `${this.entry.role}-${this.entry.id}.json`);
    writeFileSync(file, JSON.stringify(config(this.incarnation)), { mode: 0o600 });
    const log = openSync(this.logFile, 'a');
    const { command, args } = dieWithParent(process.execPath, [...this.nodeFlags, this.main, file]);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    raisePriority(child.pid);
    this.onSpawn?.(child.pid);
    this.process = child;
    this.state = 'running';
    // Not before all that it said has been read.
    child.once('close', (code, signal) => this.ended(child, code, signal));
    await this.readyLine(child);
  }

  /** SIGKILL; resolves when the operating system has reaped it. */
  async kill(becomes: 'dead' | 'rebooting'): Promise<void> {
    this.expectedEnd = true;
    await this.end('SIGKILL');
    this.state = becomes;
  }

  /** SIGSTOP: it keeps its sockets and its memory, and does nothing. */
  hang(): void {
    this.process?.kill('SIGSTOP');
    this.state = 'hung';
  }

  resume(): void {
    this.process?.kill('SIGCONT');
    this.state = 'running';
  }

  /** SIGTERM, and SIGKILL after `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    if (this.process === undefined) return;
    this.expectedEnd = true;
    if (this.state === 'hung') this.resume();
    const late = setTimeout(() => this.process?.kill('SIGKILL'), deadlineMs);
    await this.end('SIGTERM');
    clearTimeout(late);
    this.state = 'dead';
  }

  private end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.process;
    if (child === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('close', () => resolve());
      child.kill(signal);
    });
  }

  private ended(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.process !== child) return;
    this.process = undefined;
    if (this.expectedEnd) return;
    this.state = 'dead';
    if (this.rebootAfterMs !== undefined) return this.onReboot?.(this.rebootAfterMs);
    this.endedByItself++;
    this.onUnexpectedEnd?.(code, signal);
  }

  private readyLine(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (what: string): void => {
        clearTimeout(late);
        reject(new LabError('environment', `${this.name} ${what}.`, `See ${this.logFile}.`));
      };
      const late = setTimeout(() => failed(`was not ready within ${START_WITHIN_MS} ms`), START_WITHIN_MS);
      child.once('error', (error) => failed(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => failed(`ended while starting (${signal ?? code})`));
      const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
      lines.on('line', (line) => {
        if (!line.startsWith('{')) return;
        const said = JSON.parse(line) as SaidLine;
        if (said.rebootAfterMs !== undefined) this.rebootAfterMs = said.rebootAfterMs;
        if (said.ready !== true) return;
        clearTimeout(late);
        this.httpPort = said.httpPort;
        resolve();
      });
    });
  }
}
