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
    };
    writeFileSync(file, JSON.stringify(config));
    return new ArchiveProcess(file, places.databaseUrl);
  }

  private constructor(file: string, databaseUrl: string | undefined) {
    this.child = spawn(process.execPath, [PROGRAM, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: databaseUrl ?? '' },
    });
    this.ended = once(this.child, 'exit').then(([code]) => code as number | null);
    this.child.stderr.on('data', (chunk) => (this.said += String(chunk)));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.#httpPort = (JSON.parse(line) as { httpPort: number }).httpPort;
    });
  }

  /** What it counts; nothing before it answers. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    if (this.#httpPort === 0) return {};
    const url = `http://127.0.0.1:${this.#httpPort}/counts`;
    return fetch(url).then(
      (response) => response.json() as Promise<Readonly<Record<string, number>>>,
      () => ({}),
    );
  }

  /** Waits until what it counts is so; fails when it ends before. */
  async until(holds: (counts: Readonly<Record<string, number>>) => boolean): Promise<void> {
    for (;;) {
      if (holds(await this.counts())) return;
      if (this.child.exitCode !== null) throw new Error(`the archive ended: ${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** SIGTERM or SIGKILL; resolves to its exit code when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
