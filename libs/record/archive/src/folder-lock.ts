import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Keeps a folder for one process; one that was killed keeps it no longer. */
export class FolderLock {
  readonly #file: string;

  /** @throws Error naming the process that has the folder */
  static take(dir: string): FolderLock {
    const file = `${dir.replace(/\/+$/, '')}.lock`;
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, ownerLine(process.pid));
    try {
      // A link is made whole or not at all, so nobody ever reads half an owner.
      for (;;) {
        try {
          linkSync(mine, file);
          return new FolderLock(file);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
        const owner = readOwner(file);
        if (owner !== undefined && owner === ownerLine(Number.parseInt(owner, 10))) {
          throw new Error(
            `${dir} is in use by process ${owner.split(' ')[0]}: only one process at a time may open it; ` +
              'end that one first',
          );
        }
        rmSync(file, { force: true });
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }

  private constructor(file: string) {
    this.#file = file;
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process by its number and the moment it started, since numbers are given out again. */
function ownerLine(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets; field 22 is the start, 20 words after the name.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid} ended`;
  }
}
