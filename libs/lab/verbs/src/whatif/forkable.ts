import type { RunHead } from '@rehearsal/experiment/run-folder';
import type { Settings } from '@rehearsal/kernel';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { forkSettings, RefusedChanges } from '@rehearsal/whatif';
import type { SetWords } from '../registry/verb.js';
import { readSeedRange } from '../verbs/seed-range.js';

/** @throws LabError (bad input) where a run cannot be gone through again */
export function assertForkable({ world, traffic, result, seed, state, livedIn }: RunHead, folder: string): void {
  if (livedIn === true || state !== undefined) {
    throw new LabError(
      'bad-input',
      `${folder} is of a fabric that was brought up and lived in, and no experiment says what was done to it.`,
      'Fork a run of an experiment: rehearse run EXPERIMENT --live, then rehearse whatif latest.',
    );
  }
  if (traffic === undefined || result === undefined || (world === 'simulated' && seed === undefined)) {
    throw new LabError(
      'bad-input',
      `${folder} does not say what traffic it had: an older version recorded it.`,
      'Record it again: rehearse run EXPERIMENT.',
    );
  }
}

/** @throws LabError (bad input) where the code that decides is another by now */
export function assertSameBuild(folder: string, recorded: string, current: string): void {
  if (recorded === current) return;
  throw new LabError(
    'bad-input',
    `${folder} was recorded with another build: its decisions are by code ${recorded.slice(0, 12)}, and this is ${current.slice(0, 12)}.`,
    'Record it again with this one, or use the build that recorded it.',
  );
}

/** The settings from the fork on. @throws LabError (bad input), SettingsError */
export function settingsFrom({ plan }: Pick<RunHead, 'plan'>, set: SetWords): Settings {
  if (set.profile !== undefined) {
    throw new LabError(
      'bad-input',
      `--set profile=${set.profile}: a profile is many settings, and not all of them can be changed at a fork.`,
      'Name those that are to be others: --set ccp.deadMultiplier=10.',
    );
  }
  try {
    return forkSettings(plan.profile, plan.settings, set.settings);
  } catch (error) {
    if (error instanceof RefusedChanges) throw new LabError('bad-input', `${error.message}.`, error.remedy);
    throw error;
  }
}

/** @param own of the run; one of real processes has none. @throws LabError (bad input) */
export function readSeeds(text: string | undefined, own = 1): { readonly from: number; readonly to: number } {
  return text === undefined ? { from: own, to: own } : readSeedRange(text);
}
