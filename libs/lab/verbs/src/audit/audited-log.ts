import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import {
  faultText,
  readRunLog,
  type AuditFault,
  type CommitSource,
  type PlacedCommit,
  type RunLog,
} from '@rehearsal/audit';
import { readRunHead, type RunHead } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { linesOf } from '@rehearsal/replay';

const CHUNK_BYTES = 1 << 20;

const LINE_FEED = 10;

/** The log that a run's folder keeps. */
export function logFileSource(folder: string, site: number): CommitSource {
  return { site, commits: () => linesOf(wholeLines(chunksOf(join(folder, 'log.jsonl')))) };
}

/** All but a last line without an end: a fabric that is up is just writing it, or was cut off while it did. */
function* wholeLines(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let begun: Uint8Array[] = [];
  for (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield* begun;
      yield chunk.subarray(0, end);
      begun = [];
    }
    begun.push(chunk.subarray(end));
  }
}

function* chunksOf(path: string): Generator<Uint8Array> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a run that has a log.');
  }
  try {
    for (;;) {
      // Anew each time: lines are parts of it.
      const chunk = new Uint8Array(CHUNK_BYTES);
      const lenBytes = readSync(file, chunk);
      if (lenBytes === 0) return;
      yield chunk.subarray(0, lenBytes);
    }
  } finally {
    closeSync(file);
  }
}

/** How checkpoints name a run: its fabric, and its id among the runs; a log in the simulator has only its seed for a name. */
export function namesOf({ plan, runId, result }: RunHead): { readonly fabric: string; readonly run: string } {
  return { fabric: plan.fabric, run: result?.run ?? runId };
}

/** A run's log as its trees. */
export async function logOfRun(folder: string, on?: (commit: PlacedCommit) => void): Promise<RunLog> {
  const head = readRunHead(folder);
  return readRunLog(namesOf(head), [logFileSource(folder, head.plan.site)], on);
}

/** @throws LabError (deviated) naming what is wrong, where anything is */
export function refuseFaults(what: string, faults: readonly AuditFault[], remedy: string): void {
  if (faults.length === 0) return;
  throw new LabError('deviated', `${what}: ${faults.map(faultText).join('; ')}.`, remedy);
}
