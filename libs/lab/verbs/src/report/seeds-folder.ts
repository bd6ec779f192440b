import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { seedsReport, type SeedsData } from '@rehearsal/report';
import { reportPath } from './report-path.js';
import { putReport } from './write-report.js';

const FILE = 'seeds.json';

/** Keeps what many seeds came to, with its report. @returns the page's path */
export function writeSeedsFolder(folder: string, data: SeedsData): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), `${JSON.stringify(data, null, 2)}\n`);
  return putReport(seedsReport(data), reportPath(folder));
}

/** What was kept of many seeds. @throws LabError (bad input) */
export function readSeedsFolder(folder: string): SeedsData {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as SeedsData;
  } catch (error) {
    throw new LabError(
      'bad-input',
      `${join(folder, FILE)} cannot be read: ${reasonOf(error)}.`,
      'Make it again: rehearse run EXPERIMENT --seeds A..B.',
    );
  }
}

/** The folder of many seeds that an id or a path names, or the newest of all for `latest`; undefined where it is none. */
export function findSeeds(name: string, runsFolder: string): string | undefined {
  const folders = [resolve(name), join(runsFolder, name)];
  const found = folders.find((folder) => existsSync(join(folder, FILE)));
  if (found !== undefined || name !== 'latest' || !existsSync(runsFolder)) return found;
  const kept = readdirSync(runsFolder)
    .map((id) => join(runsFolder, id))
    .filter((folder) => existsSync(join(folder, FILE)));
  return kept.sort((a, b) => madeMs(join(b, FILE)) - madeMs(join(a, FILE)))[0];
}

/** When a file was written, ms since the epoch. */
export function madeMs(path: string): number {
  return statSync(path).mtimeMs;
}
