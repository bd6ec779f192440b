import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPool } from '../worker-pool.js';
import type { FigureName } from './figures.js';
import type { Question, Variant } from './question.js';
import type { Recorded } from './recorded.js';

/** One run to be measured. */
export interface Job extends Variant {
  readonly question: string;
  /** Its place among the variants of the question. */
  readonly variant: number;
  readonly seed: number;
  readonly figures: readonly FigureName[];
}

/** What a worker is started with. */
export interface MeasureRequest {
  /** Questions, by their ids. */
  readonly ids: readonly string[];
  readonly seeds: Recorded['seeds'];
  /** Where the experiments are. */
  readonly folder: string;
  readonly runsFolder: string;
}

/** Every run of some questions, in an order that follows from them. */
export function jobsOf(questions: readonly Question[], seeds: Recorded['seeds']): Job[] {
  const count = seeds.to - seeds.from + 1;
  return questions.flatMap(({ id, variants, figures }) =>
    variants.flatMap((v, variant) =>
      Array.from({ length: count }, (_, i) => ({ ...v, question: id, variant, seed: seeds.from + i, figures })),
    ),
  );
}

export interface MeasuredRun {
  readonly index: number;
  readonly values?: Readonly<Record<string, number | null>>;
  /** Why there are none: the run did not pass. */
  readonly error?: string;
}

/** Of a run that took its worker down, or that it could not carry out. */
export const brokenMeasure = (index: number, error: string): MeasuredRun => ({ index, error });

/**
 * Conducts every variant of every question with every seed in the simulator, two at a time.
 * @throws Error naming the first run that did not pass
 */
export async function measure(
  questions: readonly Question[],
  seeds: Recorded['seeds'],
  folder: string,
  say: (line: string) => void = () => {},
): Promise<Recorded> {
  const jobs = jobsOf(questions, seeds);
  const runsFolder = mkdtempSync(join(tmpdir(), 'rehearsal-answers-'));
  const request: MeasureRequest = { ids: questions.map((q) => q.id), seeds, folder, runsFolder };
  const runs: MeasuredRun[] = [];
  let next = 0;
  try {
    await runPool<MeasuredRun>({
      worker: './answers/measure-worker.js',
      request,
      next: () => (next < jobs.length ? next++ : undefined),
      on: (run) => {
        runs[run.index] = run;
        const { question, name, seed } = jobs[run.index]!;
        say(`${question}, ${name}, seed ${seed}${run.error === undefined ? '' : `: ${run.error}`}`);
      },
      broken: brokenMeasure,
    });
  } finally {
    rmSync(runsFolder, { recursive: true, force: true });
  }
  const bad = runs.find((run) => run.error !== undefined);
  if (bad !== undefined) {
    const { question, name, seed } = jobs[bad.index]!;
    throw new Error(`${question}, ${name}, seed ${seed}: ${bad.error}`);
  }
  return { seeds, questions: Object.fromEntries(questions.map((q) => [q.id, byVariant(q, jobs, runs)])) };
}

function byVariant(
  { id, variants, figures }: Question,
  jobs: readonly Job[],
  runs: readonly MeasuredRun[],
): Recorded['questions'][string] {
  return variants.map((_, variant) => {
    const own = runs.filter(({ index }) => jobs[index]!.question === id && jobs[index]!.variant === variant);
    return Object.fromEntries(figures.map((name) => [name, own.map((run) => run.values![name] ?? null)]));
  });
}
