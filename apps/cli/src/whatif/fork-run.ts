import { join } from 'node:path';
import {
  forkExperiment,
  paceOf,
  readExperiment,
  type ForkRequest as ForkExperimentRequest,
  type Workbench,
} from '@rehearsal/experiment';
import {
  firstSeqOf,
  readConnections,
  readJournal,
  readRunHead,
  readRunLog,
  readRunNotes,
} from '@rehearsal/experiment/run-folder';
import { FlowBook } from '@rehearsal/flows';
import type { ForkPoint } from '@rehearsal/lab-port';
import { bytesInMemory, LogHistory } from '@rehearsal/replay';
import type { ConnectionRow } from '@rehearsal/traffic';
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

/** A record to be forked, read once for all seeds. */
export interface ForkableRecord {
  readonly request: ForkRequest;
  readonly firstSeq: number;
  readonly log: readonly string[];
  readonly connections: readonly ConnectionRow[];
  /** What members reported, of a run of real processes; older records have none. */
  readonly reported: FlowBook | undefined;
  /** What all its forks are asked for. */
  readonly asked: Omit<ForkExperimentRequest, 'fork'> & { readonly fork: Omit<ForkPoint, 'seed'> };
}

/** @throws LabError (bad input) where a part of the record is missing or damaged */
export function readForkable(request: ForkRequest): ForkableRecord {
  const { folder, seq, settings, runsFolder } = request;
  const head = readRunHead(folder);
  const log = readRunLog(folder);
  const firstSeq = firstSeqOf(head);
  const common = log.slice(0, seq - firstSeq + 1);
  const { runId, startedAtMs, plan } = head;
  const isLive = head.world === 'processes';
  return {
    request,
    firstSeq,
    log,
    connections: readConnections(folder),
    reported: isLive ? readFlows(folder) : undefined,
    asked: {
      experiment: readExperiment(JSON.stringify(readJournal(folder).experiment), join(folder, 'journal.json')),
      plan,
      traffic: head.traffic!,
      seed: head.seed ?? SEED_OF_NONE,
      runsFolder,
      say: () => {},
      fork: { log: common, settings, ...(isLive && { recorded: { runId, startedAtMs } }) },
      ...(isLive && { pace: paceOf(folder, common) }),
    },
  };
}

/** Goes through the record up to the fork, and on from there with the chances of a seed. */
export async function forkRun(forkable: ForkableRecord, seed: number, bench: Workbench): Promise<ForkOutcome> {
  const { request, firstSeq, log, connections, reported, asked } = forkable;
  const { record, rows, ledger, history, judgement } = await forkExperiment(
    { ...asked, fork: { ...asked.fork, seed } },
    bench,
  );
  const { longestMs, never } = redundancyOf(record, history);
  const flows = reported && new FlowBook(Buffer.concat(record.flows));
  return {
    seed,
    figures: { ...figuresOf(judgement.result), timeToRedundancyMs: longestMs, neverRedundant: never },
    // Of packets alone: why a connection is lost is told by the sync policy, and a fork may have had two.
    unexplained: ledger.unexplained,
    states: marksOf(record.log, firstSeq, request.seq),
    ...(flows && { held: heldFlows(reported, flows, connections, record.fork!.atMs) }),
    same: isSame(record.log, log) && JSON.stringify(rows) === JSON.stringify(connections),
  };
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, i) => line === b[i]);

/** The machines' states after a commit, folded from the lines of a log. */
function marksOf(log: readonly string[], firstSeq: number, seq: number): StateMark[] {
  const bytes = new TextEncoder().encode(log.map((line) => `${line}\n`).join(''));
  return stateMarks(new LogHistory({ log: bytesInMemory(bytes), machines: MACHINES, firstSeq }).atSeq(seq));
}
