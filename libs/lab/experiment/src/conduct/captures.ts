import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { captureFiles, checkCaptureNames } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { readRecording, type TrafficPlan } from '@rehearsal/traffic';
import type { CaptureSource } from '../file/schema.js';

type PlayedCapture = NonNullable<TrafficPlan['captures']>[number];

/** What captures of a run may take together, in bytes: all of them are in memory while it lasts. */
const MOST_BYTES = 512 * 1024 * 1024;
/** So many of a folder play at a time. */
const FOLDER_AT_ONCE = 16;
const FOLDER_MAX_GAP_MS = 100;

export interface FoundCaptures {
  /** Paths, in the order of `plays`; each is played once for each time it is named. */
  readonly files: readonly string[];
  readonly plays: readonly PlayedCapture[];
  /** How many play at a time; undefined: all. */
  readonly atOnce: number | undefined;
}

/**
 * Finds the captures of an experiment, reads each of them once, and leaves out those that cannot be read where the
 * experiment says so. A file that breaks off is played as far as it goes.
 * @param say hears of every file that is left out or breaks off
 * @throws LabError (bad input) naming the file
 */
export function findCaptures(
  sources: readonly CaptureSource[],
  locate: (path: string) => string,
  say: (line: string) => void,
): FoundCaptures {
  const files: string[] = [];
  const plays: PlayedCapture[] = [];
  let bytes = 0;
  for (const { file, folder, skipUnreadable = false, maxGapMs, ...how } of sources) {
    if ((file === undefined) === (folder === undefined)) {
      throw new LabError('bad-input', 'A capture source names a file or a folder.', 'Write one of the two.');
    }
    for (const path of captureFiles(locate((file ?? folder)!))) {
      const length = checkCapture(path, skipUnreadable, say);
      if (length === undefined) continue;
      bytes += length;
      files.push(path);
      const gap = maxGapMs ?? (folder === undefined ? 0 : FOLDER_MAX_GAP_MS);
      plays.push({ name: basename(path), ...how, ...(gap === 0 ? {} : { maxGapMs: gap }) });
    }
  }
  if (sources.length > 0 && files.length === 0) {
    throw new LabError('bad-input', 'None of the captures can be read.', 'Name at least one that can.');
  }
  if (bytes > MOST_BYTES) {
    throw new LabError(
      'bad-input',
      `The captures have ${Math.ceil(bytes / 2 ** 20)} MB, and a run keeps at most ${MOST_BYTES / 2 ** 20} in memory.`,
      'Divide them into several folders, and run each.',
    );
  }
  checkCaptureNames(files);
  return { files, plays, atOnce: sources.some((s) => s.folder !== undefined) ? FOLDER_AT_ONCE : undefined };
}

/** Its length in bytes; undefined for one that is left out. */
function checkCapture(path: string, skipUnreadable: boolean, say: (line: string) => void): number | undefined {
  try {
    const bytes = new Uint8Array(readFileSync(path));
    const { damage } = readRecording(basename(path), bytes);
    if (damage !== undefined) say(`${path} breaks off ${damage}; it is played up to there`);
    return bytes.length;
  } catch (error) {
    const reason = reasonOf(error);
    if (!skipUnreadable) {
      throw new LabError(
        'bad-input',
        `The capture ${path} cannot be read: ${reason}.`,
        'Take it out of the folder, or say skipUnreadable: true.',
      );
    }
    say(`${path} is left out: ${reason}`);
    return undefined;
  }
}
