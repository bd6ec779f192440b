import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readRunHead } from '@rehearsal/experiment';
import type { AnyMachine } from '@rehearsal/kernel';
import { LabError } from '@rehearsal/lab-port';
import { linesOf, verifyRun, type BadPlace } from '@rehearsal/replay';
import type { VerifyReport } from '@rehearsal/verbs';
import { MACHINES } from './machines.js';

/** Verifies the log in a run's folder, with the code that is kept there or with today's. */
export async function verifyRunFolder(folder: string, withCurrent: boolean): Promise<VerifyReport> {
  const head = readRunHead(folder);
  const machines = withCurrent ? MACHINES : keptMachines(folder, head.machines);
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(join(folder, 'log.jsonl'))) chunks.push(chunk as Uint8Array);
  const seenIds = head.plan.settings['log.seenIds'];
  const result = verifyRun({ lines: linesOf(chunks), machines, seenIds, ...(head.seal && { seal: head.seal }) });
  const { kind, commits, decided, undecided, limits, sealHash, builds, differenceCount } = result;
  return {
    kind,
    commits,
    decided,
    problems: [...result.tampered, ...result.differences].map(problemText),
    limits: [...undecided.map((u) => `${u.stream}: ${u.commits} commits not decided again: ${u.reason}.`), ...limits],
    differenceCount,
    seal: sealHash,
    builds,
  };
}

function keptMachines(folder: string, modules: readonly string[]): Record<string, AnyMachine> {
  const load = createRequire(import.meta.url);
  const machines: Record<string, AnyMachine> = {};
  for (const name of modules) {
    const path = resolve(folder, 'machines', name);
    let exports: Readonly<Record<string, unknown>>;
    try {
      exports = load(path) as typeof exports;
    } catch (error) {
      throw new LabError(
        'environment',
        `The run's own code cannot be loaded: ${path}: ${(error as Error).message}.`,
        'Verify with --with current.',
      );
    }
    for (const value of Object.values(exports)) if (isMachine(value)) machines[value.kind] = value;
  }
  return machines;
}

function isMachine(value: unknown): value is AnyMachine {
  return typeof value === 'object' && value !== null && 'kind' in value && 'decide' in value && 'evolve' in value;
}

/** `security-group.SG1:7 (line 12): decision: expected …, saw …` */
function problemText(p: BadPlace): string {
  const where = p.stream === '' ? 'the log' : `${p.stream}:${p.version}`;
  return `${where}${p.line === 0 ? '' : ` (line ${p.line})`}: ${p.fault}: expected ${p.expected}, saw ${p.seen}`;
}
