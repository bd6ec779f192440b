import { existsSync } from 'node:fs';
import { readCheckpoints, type Checkpoint } from '@rehearsal/audit';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { placed, textOf } from './audit-keys.js';

/** What `FILE` and `FILE:SIZE` mean: a file of checkpoints, and which of them. */
export interface NamedCheckpoints {
  readonly file: string;
  /** By the commits it covers; undefined: the last one. */
  readonly size: number | undefined;
  readonly all: readonly Checkpoint[];
}

export const CHECKPOINT_WORDS = 'a file of checkpoints, of which the last of the run counts, or FILE:SIZE for another';

/** @throws LabError (bad input) */
export function readNamed(words: string): NamedCheckpoints {
  const [, before, size] = existsSync(words) ? [] : (/^(.+):(\d+)$/.exec(words) ?? []);
  const file = before ?? words;
  const all = placed(file, () => readCheckpoints(textOf(file)), 'Name a file that rehearse audit checkpoint wrote.');
  if (all.length > 0) return { file, size: size === undefined ? undefined : Number(size), all };
  throw new LabError('bad-input', `${file} has no checkpoint.`, 'Make one: rehearse audit checkpoint RUN.');
}

/** Those of a run; where there are none, what the file has last, which will be found to be another log's. */
export function ofOrigin({ all }: NamedCheckpoints, origin: string): readonly Checkpoint[] {
  const own = all.filter((checkpoint) => checkpoint.origin === origin);
  return own.length > 0 ? own : all.slice(-1);
}

/** The checkpoint that is meant. @throws LabError (bad input) where none covers so many commits */
export function pickCheckpoint(named: NamedCheckpoints, origin: string): Checkpoint {
  const own = ofOrigin(named, origin);
  const { file, size } = named;
  const picked = own.findLast(({ trees }) => size === undefined || trees[0]?.size === size);
  if (picked !== undefined) return picked;
  const sizes = own.map(({ trees }) => trees[0]?.size).join(', ');
  throw new LabError(
    'bad-input',
    `${file} has no checkpoint of ${size} commits of ${own[0]!.origin}.`,
    `It has some of: ${sizes}.`,
  );
}
