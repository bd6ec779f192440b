import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { NatsServer } from '@rehearsal/bus';
import { resolveSettings } from '@rehearsal/kernel';

const PROGRAM = join(import.meta.dirname, '../../../../../apps/archive/dist/main.js');

export interface ArchivePlaces {
  readonly dir: string;
  readonly bus: NatsServer;
  readonly run: string;
  readonly databaseUrl?: string | undefined;
  /** Variables of its environment beyond those. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Fields of its configuration beyond the common ones. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/** The archive as a process of its own. */
export class ArchiveProcess {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Everything it wrote to its standard error. */
  said = '';
  readonly ended: Promise<number | null>;
  #httpPort = 0;

  static start(places: ArchivePlaces): ArchiveProcess {
    const file = join(places.dir, 'archive.json');
    const config = {
      fabric: 'demo',
      site: 1,
      role: 'archive',
      id: '1',
      incarnation: 1,
      natsUrl: places.bus.url,
      nkeySeedFile: places.bus.seedFile('archive', '1'),
      settings: resolveSettings('lossless', {}),
      securityGroup: 'SG1',
      members: [],
      orchestrators: ['1_1'],
      build: 'test',
      run: places.run,
      archiveDir: join(places.dir, 'archive'),
      ...places.config,
    };
    writeFileSync(file, JSON.stringify(config));
    return new ArchiveProcess(file, { ...places.env, DATABASE_URL: places.databaseUrl ?? '' });
  }

  private constructor(file: string, env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [PROGRAM, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.ended = once(this.child, 'exit').then(([code]) => code as number | null);
    this.child.stderr.on('data', (chunk) => (this.said += String(chunk)));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.#httpPort = (JSON.parse(line) as { httpPort: number }).httpPort;
    });
  }

  /** What it counts; nothing before it answers. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    return (await this.#asked<Readonly<Record<string, number>>>('counts')) ?? {};
  }

  /** What it says of itself; nothing before it answers. */
  async detail(): Promise<Readonly<Record<string, unknown>>> {
    const health = await this.#asked<{ role: { detail: Readonly<Record<string, unknown>> } }>('health');
    return health?.role.detail ?? {};
  }

  /** Waits until what it counts is so; fails when it ends before. */
  async until(holds: (counts: Readonly<Record<string, number>>) => boolean): Promise<void> {
    for (;;) {
      if (holds(await this.counts())) return;
      if (this.child.exitCode !== null) throw new Error(`the archive ended: ${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #asked<T>(page: string): Promise<T | undefined> {
    if (this.#httpPort === 0) return undefined;
    return fetch(`http://127.0.0.1:${this.#httpPort}/${page}`).then(
      (response) => response.json() as Promise<T>,
      () => undefined,
    );
  }

  /** SIGTERM or SIGKILL; resolves to its exit code when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
