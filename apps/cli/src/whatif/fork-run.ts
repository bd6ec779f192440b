import { join } from 'node:path';
import { forkExperiment, paceOf, readExperiment, type Workbench } from '@rehearsal/experiment';
import {
  firstSeqOf,
  readConnections,
  readJournal,
  readRunHead,
  readRunLog,
  readRunNotes,
} from '@rehearsal/experiment/run-folder';
import { bytesInMemory, LogHistory } from '@rehearsal/replay';
import { FlowBook } from '@rehearsal/flows';
import type { RunRecord } from '@rehearsal/lab-port';
import { figuresOf, readFlows, type ForkOriginal, type ForkOutcome, type ForkRequest } from '@rehearsal/verbs';
import { stateMarks, type StateMark } from '@rehearsal/whatif';
import { readHistory } from '../history.js';
import { MACHINES } from '../machines.js';
import { redundancyOf } from './figures.js';
import { heldFlows } from './held-flows.js';

/** What the record itself comes to. */
export function originalOf({ folder, seq }: Pick<ForkRequest, 'folder' | 'seq'>): ForkOriginal {
  const head = readRunHead(folder);
  const log = readRunLog(folder);
  const record = { ...head, log, notes: readRunNotes(folder) };
  const { longestMs, never } = redundancyOf(record, readHistory(record));
  const figures = { ...figuresOf(head.result!), timeToRedundancyMs: longestMs, neverRedundant: never };
  const { title } = readJournal(folder).experiment;
  return { experiment: title, seed: head.seed ?? null, figures, states: marksOf(log, firstSeqOf(head), seq) };
}

/** A run of real processes has no seed: what is left to chance before the fork is when messages arrive. */
const SEED_OF_NONE = 1;

/** Goes through the record up to the fork, and on from there with the chances of a seed. */
export async function forkRun(
  { folder, seq, settings, runsFolder }: ForkRequest,
  seed: number,
  bench: Workbench,
): Promise<ForkOutcome> {
  const head = readRunHead(folder);
  const log = readRunLog(folder);
  const firstSeq = firstSeqOf(head);
  const common = log.slice(0, seq - firstSeq + 1);
  const { runId, startedAtMs } = head;
  const recorded = head.world === 'processes' ? { runId, startedAtMs } : undefined;
  const { record, rows, ledger, history, judgement } = await forkExperiment(
    {
      experiment: readExperiment(JSON.stringify(readJournal(folder).experiment), join(folder, 'journal.json')),
      plan: head.plan,
      traffic: head.traffic!,
      seed: head.seed ?? SEED_OF_NONE,
      runsFolder,
      say: () => {},
      fork: { log: common, settings, seed, ...(recorded && { recorded }) },
      ...(recorded && { pace: paceOf(folder, common) }),
    },
    bench,
  );
  const { longestMs, never } = redundancyOf(record, history);
  return {
    seed,
    figures: { ...figuresOf(judgement.result), timeToRedundancyMs: longestMs, neverRedundant: never },
    // Of packets alone: why a connection is lost is told by the sync policy, and a fork may have had two.
    unexplained: ledger.unexplained,
    states: marksOf(record.log, firstSeq, seq),
    ...(recorded && heldTo(folder, record)),
    same: isSame(record.log, log) && JSON.stringify(rows) === JSON.stringify(readConnections(folder)),
  };
}

/** What members had reported until the fork, beside what they had in the record; older records have none. */
function heldTo(folder: string, { flows, fork }: Pick<RunRecord, 'flows' | 'fork'>): Pick<ForkOutcome, 'held'> {
  const reported = readFlows(folder);
  if (reported === undefined || fork === undefined) return {};
  return { held: heldFlows(reported, new FlowBook(Buffer.concat(flows)), readConnections(folder), fork.atMs) };
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, i) => line === b[i]);

/** The machines' states after a commit, folded from the lines of a log. */
function marksOf(log: readonly string[], firstSeq: number, seq: number): StateMark[] {
  const bytes = new TextEncoder().encode(log.map((line) => `${line}\n`).join(''));
  return stateMarks(new LogHistory({ log: bytesInMemory(bytes), machines: MACHINES, firstSeq }).atSeq(seq));
}
