import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { faultText, logFaults, named, readRunLog, signatureFaults, treeOf } from '@rehearsal/audit';
import { readRunHead, type RunHead } from '@rehearsal/experiment';
import type { AnyMachine } from '@rehearsal/kernel';
import { LabError } from '@rehearsal/lab-port';
import { verifyRun, type BadPlace } from '@rehearsal/replay';
import type { HeldCheckpoints, VerifyReport } from '@rehearsal/verbs';
import { MACHINES } from './machines.js';
import { archivedLines, linesOfFolder, type RecordedLines } from './recorded-lines.js';

/**
 * Verifies the log in a run's folder, or that in its archive, with the code that is kept there or with today's, and
 * against what is held.
 */
export async function verifyRunFolder(
  folder: string,
  withCurrent: boolean,
  held?: HeldCheckpoints,
  isArchive = false,
): Promise<VerifyReport> {
  const head = readRunHead(folder);
  const machines = withCurrent ? MACHINES : keptMachines(folder, head.machines);
  const { lines, problems: missing } = await (isArchive ? archivedLines(folder, head) : linesOfFolder(folder));
  const seenIds = head.plan.settings['log.seenIds'];
  const beside = held === undefined ? undefined : await compared(head, lines, held);
  const result = verifyRun({
    lines: lines(),
    machines,
    seenIds,
    vouched: beside?.vouched ?? false,
    ...(head.seal && { seal: head.seal }),
  });
  const { commits, decided, undecided, limits, sealHash, builds, differenceCount } = result;
  const problems = [...missing, ...(beside?.problems ?? [])];
  return {
    kind: problems.length > 0 ? 'tampered' : result.kind,
    commits,
    decided,
    problems: [
      ...missing,
      ...result.tampered.map(problemText),
      ...(beside?.problems ?? []),
      ...result.differences.map(problemText),
    ],
    limits: [
      ...undecided.map((u) => `${u.stream}: ${u.commits} commits not decided again: ${u.reason}.`),
      ...(beside?.limits ?? []),
      ...limits,
    ],
    differenceCount,
    seal: sealHash,
    builds,
  };
}

interface Beside {
  readonly problems: readonly string[];
  readonly limits: readonly string[];
  /** A signed checkpoint covers every commit, and the log is what it covers. */
  readonly vouched: boolean;
}

/** The log beside each of the checkpoints that are held. */
async function compared(
  { plan }: RunHead,
  lines: RecordedLines['lines'],
  { checkpoints, verifier, ...names }: HeldCheckpoints,
): Promise<Beside> {
  const source = { site: plan.site, commits: lines };
  const log = await readRunLog(names, [source]);
  const problems = checkpoints.flatMap((checkpoint) =>
    [...(verifier === undefined ? [] : signatureFaults(checkpoint, verifier)), ...logFaults(log, checkpoint)].map(
      (fault) => `${named(checkpoint)}: ${faultText(fault)}`,
    ),
  );
  const size = log.trees.get(plan.site)!.size;
  const covered = Math.max(...checkpoints.map((checkpoint) => treeOf(checkpoint, plan.site)?.size ?? 0));
  const limits = [
    ...(verifier === undefined ? ['No key was given: who signed the checkpoints was not looked at.'] : []),
    ...(covered < size ? [`The checkpoints cover the first ${covered} of ${size} commits.`] : []),
  ];
  return { problems, limits, vouched: problems.length === 0 && limits.length === 0 };
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
