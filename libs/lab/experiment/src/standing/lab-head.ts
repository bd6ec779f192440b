import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FabricPlan } from '@rehearsal/lab-port';
import type { MachineCode } from '../run-folder/machine-code.js';

/** `lab.json` of a standing lab's folder: what is known of its run before the run is over. */
export interface LabHead {
  readonly runId: string;
  /** `unsealed`: it ended without being taken down; its log is as far as it was written. */
  readonly state: 'up' | 'unsealed';
  /** Why it is unsealed. */
  readonly why?: string;
  readonly world: 'processes';
  readonly startedAtMs: number;
  readonly plan: FabricPlan;
  /** Hash of the code that decides, and the modules it is in, under `machines`. */
  readonly build: string;
  readonly machines: readonly string[];
}

const FILE = 'lab.json';

/** Undefined where the folder has none: it is no standing lab's, or the run is whole and has a `run.json`. */
export function readLabHead(folder: string): LabHead | undefined {
  const path = join(folder, FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LabHead) : undefined;
}

/** Whole or not at all. */
export function writeLabHead(folder: string, head: LabHead): void {
  const path = join(folder, FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(head, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** Keeps the code that decides beside the log it writes, so that a log without an end can be decided again, too. */
export function keepMachines(folder: string, code: MachineCode): void {
  for (const [name, text] of Object.entries(code.files)) {
    const path = join(folder, 'machines', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  writeFileSync(join(folder, 'machines', 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
}
