import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { nearestName } from '@rehearsal/kernel/nearest-name';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { endStrays, isStill, processMark } from '@rehearsal/lab-port/process-book';
import { listens, serveLab, type Answer } from './lab-line.js';
import { removeTargets } from './scrape.js';

/** A lab that runs now, as its process wrote it down for others to find. */
export interface LiveLab {
  /** What `--name` takes. */
  readonly name: string;
  readonly fabric: string;
  readonly run: string;
  readonly folder: string;
  readonly pid: number;
  /** Tells its process from another one with its number; null where the system does not say. */
  readonly mark: string | null;
  readonly startedAtMs: number;
  /** Stays up by itself until it is taken down; else it ends with the run it is part of. */
  readonly standing: boolean;
  /** Where it listens on the loopback interface, and the word that lets one in. */
  readonly port: number;
  readonly token: string;
  /** Where its page of metrics is; absent where it has none. */
  readonly metricsPort?: number;
}

/** What a lab says of itself when it is announced. */
export type AboutLab = Pick<LiveLab, 'fabric' | 'run' | 'folder' | 'startedAtMs' | 'metricsPort'> & {
  readonly standing?: boolean;
  /** The name it must have; default: the fabric's, or that and a number where it is taken. */
  readonly name?: string | undefined;
};

/** A lab that was found without its process, and cleaned up. */
export interface CrashedLab {
  readonly name: string;
  readonly folder: string;
  readonly pid: number;
  readonly standing: boolean;
  /** Processes of it that still ran, and were ended. */
  readonly ended: readonly string[];
}

/** Where running labs are written down: `$XDG_STATE_HOME/rehearsal/labs`, else under `~/.local/state`. */
export function labsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'];
  return join(state !== undefined && state !== '' ? state : join(homedir(), '.local', 'state'), 'rehearsal', 'labs');
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** @throws LabError (bad input) for a name no lab can have */
export function checkLabName(name: string): void {
  if (NAME.test(name)) return;
  throw new LabError(
    'bad-input',
    `--name ${JSON.stringify(name)}: expected letters, digits, dots, dashes and underscores, at most 63.`,
    'For example: --name branch-2.',
  );
}

/**
 * Lets other processes of this user ask this lab. Gives its name and the end of it.
 * @param folder as `labsFolder` gives it
 * @throws LabError (bad input) where the name it must have is taken
 */
export async function announceLab(
  folder: string,
  about: AboutLab,
  answer: Answer,
): Promise<{ readonly name: string; withdraw(): Promise<void> }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const token = crypto.randomUUID();
  const line = await serveLab(token, answer);
  const { fabric, run, startedAtMs, standing = false, metricsPort } = about;
  const own = { pid: process.pid, token, port: line.port, ...(metricsPort !== undefined && { metricsPort }) };
  const entry = { fabric, run, folder: about.folder, startedAtMs, standing, ...own };
  const draft = join(folder, `${process.pid}-${line.port}.draft`);
  try {
    for (let n = 1; ; n++) {
      const name = about.name ?? (n === 1 ? fabric : `${fabric}-${n}`);
      const full: LiveLab = { ...entry, name, mark: processMark(process.pid) };
      writeFileSync(draft, JSON.stringify(full), { mode: 0o600 });
      if (claim(draft, join(folder, `${name}.json`))) {
        const withdraw = async (): Promise<void> => {
          rmSync(join(folder, `${name}.json`), { force: true });
          removeTargets(folder, name);
          await line.close();
        };
        return { name, withdraw };
      }
      // What a dead process left behind keeps no name from anyone.
      if ((await livingLab(folder, name)) === undefined) n--;
      else if (about.name !== undefined) throw nameTaken(name);
    }
  } catch (error) {
    await line.close();
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @throws LabError (bad input) where a lab of that name runs */
export async function assertNameFree(folder: string, name: string): Promise<void> {
  if ((await livingLab(folder, name)) !== undefined) throw nameTaken(name);
}

function nameTaken(name: string): LabError {
  const remedy = `Choose another --name, or take it down: rehearse down --name ${name}.`;
  return new LabError('bad-input', `There is a fabric '${name}' already.`, remedy);
}

/** Whole or not at all, and never over another one. */
function claim(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function livingLab(folder: string, name: string): Promise<LiveLab | undefined> {
  return (await liveLabs(folder)).find((lab) => lab.name === name);
}

/**
 * Labs that run now, oldest first. What a dead process left behind is taken away, the processes of
 * its lab are ended, and `onCrashed` hears of it.
 */
export async function liveLabs(folder: string, onCrashed: (lab: CrashedLab) => void = () => {}): Promise<LiveLab[]> {
  let names: string[];
  try {
    names = readdirSync(folder).filter((n) => n.endsWith('.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found: LiveLab[] = [];
  for (const file of names) {
    const path = join(folder, file);
    const entry = readEntry(path);
    if (entry === undefined) continue;
    if (isAlive(entry) && (await listens(entry.port))) found.push(entry);
    else {
      const crashed = cleanUp(path, entry);
      if (crashed !== undefined) onCrashed(crashed);
    }
  }
  return found.sort((a, b) => a.startedAtMs - b.startedAtMs || (a.name < b.name ? -1 : 1));
}

function readEntry(path: string): LiveLab | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LiveLab;
  } catch (error) {
    // Withdrawn between the two looks, or not one of ours.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined where somebody else was first. */
function cleanUp(path: string, { name, folder, pid, standing }: LiveLab): CrashedLab | undefined {
  const labs = dirname(path);
  try {
    renameSync(path, `${path}.${process.pid}.gone`);
  } catch {
    return undefined;
  }
  removeTargets(labs, name);
  const ended = endStrays(join(folder, 'live')).map((p) => p.name);
  if (standing) markUnsealed(folder, `its process (${pid}) was gone`);
  rmSync(`${path}.${process.pid}.gone`, { force: true });
  return { name, folder, pid, standing, ended };
}

/** Says in a lab's folder that its run has no seal, and why. Its bus is of no use any more: the log is beside it. */
function markUnsealed(folder: string, why: string): void {
  try {
    const path = join(folder, 'lab.json');
    const head = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, `${JSON.stringify({ ...head, state: 'unsealed', why }, null, 2)}\n`);
    rmSync(join(folder, 'live', 'bus'), { recursive: true, force: true });
  } catch {
    // The folder is gone, or the disk is full: there is nothing to say it in.
  }
}

/**
 * Kills a lab's process at once, whatever it is doing, and cleans up after it.
 * @throws LabError (environment) where the process cannot be told to be the lab's
 */
export async function killLab(folder: string, lab: LiveLab): Promise<CrashedLab | undefined> {
  if (!isStill(lab)) {
    throw new LabError(
      'environment',
      `Process ${lab.pid} cannot be told to be that of fabric ${lab.name}.`,
      'End it by hand.',
    );
  }
  process.kill(lab.pid, 'SIGKILL');
  for (let n = 0; isStill(lab) && n < 500; n++) await new Promise((done) => setTimeout(done, 10));
  return cleanUp(join(folder, `${lab.name}.json`), lab);
}

/** The lab that is meant: by its name or run; else by `$REHEARSE_LAB`; else the only one. @throws LabError */
export async function findLab(
  folder: string,
  name: string | undefined = process.env['REHEARSE_LAB'] || undefined,
  onCrashed?: (lab: CrashedLab) => void,
): Promise<LiveLab> {
  const labs = await liveLabs(folder, onCrashed);
  const names = labs.map((l) => l.name);
  if (name !== undefined) {
    const hit = labs.find((l) => l.name === name) ?? labs.find((l) => l.run === name);
    if (hit !== undefined) return hit;
  } else if (labs.length === 1) return labs[0]!;
  if (labs.length === 0) {
    throw new LabError(
      'environment',
      name === undefined ? 'No fabric runs now.' : `No fabric '${name}' runs now, nor any other.`,
      'Start one: rehearse up.',
    );
  }
  throw new LabError(
    'bad-input',
    name === undefined ? `There are ${labs.length} fabrics running.` : `No fabric '${name}' runs now.`,
    name === undefined ? `Add --name, one of: ${names.join(', ')}.` : `Did you mean '${nearestName(name, names)}'?`,
  );
}

function isAlive({ pid, mark }: LiveLab): boolean {
  if (mark !== null && mark !== undefined) return processMark(pid) === mark;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
