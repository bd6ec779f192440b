import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { findLog, firstSeqOf, readRunHead, readRunNotes, type RunHead } from '@rehearsal/experiment/run-folder';
import type { Note } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { momentOf } from '@rehearsal/operator';
import { LogHistory, LogLineError, type FabricMoment, type LogState, type PlacedCommit } from '@rehearsal/replay';
import { labsFolder, liveLabs } from '../live/lab-directory.js';
import type { VerbContext } from '../registry/verb.js';
import { keepStates, openLogFile, readStates } from './log-file.js';
import { readMoment, type Moment, type RunTimes } from './read-moment.js';

/** From this size on a log's states are kept beside it. */
const KEEP_FROM_BYTES = 4_000_000;

/** A run whose log is at hand. */
export interface RecordedRun {
  readonly folder: string;
  /** What it is called, as RUN takes it. */
  readonly name: string;
  readonly head: RunHead;
  readonly history: LogHistory;
  readonly times: RunTimes;
  /** Notes of processes until a moment, ms since the epoch. */
  notesUntil(atMs: number): readonly Note[];
}

/** A moment of a run, with all that its log has of it. */
export interface MomentOfRun {
  /** ms since the epoch: the time that was asked for, or the latest of the commits up to the one that was. */
  readonly atMs: number;
  readonly states: LogState;
  readonly moment: FabricMoment;
}

/**
 * Opens the log of a run for `use`: of one that is over, or of a fabric that is up and stays up, whose log is as far as
 * it has been written.
 * @throws LabError (bad input)
 */
export async function withRun<T>(
  run: string,
  { runsFolder, services }: Pick<VerbContext, 'runsFolder' | 'services'>,
  use: (run: RecordedRun) => T,
): Promise<T> {
  const folder = await folderOf(run, runsFolder);
  const head = readRunHead(folder);
  const path = join(folder, 'log.jsonl');
  if (!existsSync(path)) {
    throw new LabError(
      'bad-input',
      `${folder} has no log.jsonl.`,
      'Name a run of this version: rehearse run EXPERIMENT.',
    );
  }
  const { machines, build } = await services.machines();
  const log = openLogFile(path);
  try {
    const isKept = log.length >= KEEP_FROM_BYTES && head.state !== 'up';
    const word = isKept ? await build() : '';
    const firstSeq = firstSeqOf(head);
    const snapshots = isKept ? readStates(folder, log, word) : [];
    const history = new LogHistory({ log, machines, firstSeq, snapshots });
    const notes = readRunNotes(folder);
    const times = {
      startedAtMs: head.startedAtMs,
      endedAtMs: head.endedAtMs,
      faults: head.state === undefined ? head.faults : null,
      site: head.plan.site,
      firstSeq,
      lastSeq: () => head.seal?.sequences.last ?? history.lastSeq(),
    };
    const notesUntil = (atMs: number): Note[] => notes.filter((n) => n.atMs <= atMs);
    const answer = use({ folder, name: basename(folder), head, history, times, notesUntil });
    const { newSnapshots } = history;
    if (isKept && newSnapshots !== undefined) keepStates(folder, log, word, newSnapshots);
    return answer;
  } catch (error) {
    if (!(error instanceof LogLineError)) throw error;
    throw new LabError('bad-input', `${path}: ${error.message}.`, `See what else is wrong: rehearse verify ${folder}.`);
  } finally {
    log.close();
  }
}

/** Goes through the log of a run once, so that whoever asks later for a moment of a long one finds states to begin from. */
export async function keepRunStates(
  folder: string,
  context: Pick<VerbContext, 'runsFolder' | 'services'>,
): Promise<void> {
  if (statSync(join(folder, 'log.jsonl')).size < KEEP_FROM_BYTES) return;
  await withRun(folder, context, ({ history }) => void history.atEnd());
}

/** The fabric at a moment of a run, as its log has it. @param text as `readMoment` takes it @throws LabError (bad input) */
export function lookAt(run: RecordedRun, text: string, field = 'TIME'): MomentOfRun {
  const { history, head, times } = run;
  const asked: Moment = readMoment(text, times, field);
  const states = 'seq' in asked ? history.atSeq(asked.seq) : history.atTime(asked.atMs);
  const atMs = 'seq' in asked ? states.atMs : asked.atMs;
  const commitOf = (stream: string, version: number): string | undefined =>
    version === 0 ? undefined : textOf(history.commitOf(stream, version));
  return { atMs, states, moment: momentOf({ plan: head.plan, states, commitOf, notes: run.notesUntil(atMs) }) };
}

const decoder = new TextDecoder();

/** The stored text of a commit. */
export function textOf(commit: PlacedCommit): string;
export function textOf(commit: PlacedCommit | undefined): string | undefined;
export function textOf(commit: PlacedCommit | undefined): string | undefined {
  return commit === undefined ? undefined : decoder.decode(commit.line);
}

async function folderOf(run: string, runsFolder: string): Promise<string> {
  const isFolder = [resolve(run), join(runsFolder, run)].some((path) => existsSync(path));
  if (run !== 'latest' && !isFolder) {
    const lab = (await liveLabs(labsFolder())).find((l) => l.name === run || l.run === run);
    if (lab !== undefined) return standing(lab.folder, lab.name);
  }
  return findLog(run, runsFolder);
}

/** The folder of a fabric that runs now, where its log is written as it comes. */
function standing(folder: string, name: string): string {
  if (existsSync(join(folder, 'lab.json'))) return folder;
  throw new LabError(
    'bad-input',
    `The run of fabric ${name} is not over, and its log is written only then.`,
    `Ask the fabric itself: rehearse log --name ${name}.`,
  );
}
