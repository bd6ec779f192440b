import { statSync } from 'node:fs';
import { join } from 'node:path';
import { findRun, runsOf } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { runReport, seedsReport } from '@rehearsal/report';
import { z } from 'zod';
import { verb, type VerbContext } from '../registry/verb.js';
import { readRunData } from '../report/run-data.js';
import { findSeeds, madeMs, readSeedsFolder } from '../report/seeds-folder.js';
import { reportPath } from '../report/report-path.js';
import { putReport } from '../report/write-report.js';

const output = z.strictObject({
  run: z.string(),
  html: z.string(),
  markdown: z.string(),
  bytes: z.int(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'report',
  summary: "a run's report: one page with plots, and a summary",
  about:
    'Every run leaves a report in its folder; this makes it again from what the folder has. The page needs nothing but ' +
    'itself: it can be sent, filed, printed, and read in the dark. A summary in Markdown stands beside it. What a run of ' +
    'many seeds came to has a report, too.',
  examples: [
    { command: 'rehearse report', does: 'the report of the last run' },
    { command: 'rehearse report latest --out /tmp/failover.html', does: 'the same in another place' },
  ],
  positionals: ['run'],
  input: z.strictObject({
    run: z.string().default('latest').describe('id or path of a run, or latest'),
    out: z
      .string()
      .optional()
      .describe("where the page goes; the summary's name ends in .md; default: the run's folder"),
  }),
  output,
  needs: 'run',
  effect: 'act',
  async handle({ run, out }, context): Promise<Out> {
    const seeds = seedsFolder(run, context);
    const folder = seeds ?? findRun(run, context.runsFolder);
    const report = seeds === undefined ? runReport(readRunData(folder)) : seedsReport(readSeedsFolder(folder));
    const html = written(() => putReport(report, out ?? reportPath(folder)), out ?? folder);
    return { run: folder, html, markdown: html.replace(/(\.html?)?$/i, '.md'), bytes: statSync(html).size };
  },
  render: (out: Out) => `${out.html}\n${out.markdown}\n`,
});

/** Of the newest run and the newest run of many seeds the newer one is the latest. */
function seedsFolder(name: string, { runsFolder }: VerbContext): string | undefined {
  const seeds = findSeeds(name, runsFolder);
  const newest = name === 'latest' ? runsOf(runsFolder)[0] : undefined;
  if (seeds === undefined || newest === undefined) return seeds;
  return madeMs(join(seeds, 'seeds.json')) > madeMs(join(runsFolder, newest, 'run.json')) ? seeds : undefined;
}

function written<T>(write: () => T, where: string): T {
  try {
    return write();
  } catch (error) {
    throw new LabError(
      'bad-input',
      `The report cannot be written to ${where}: ${reasonOf(error)}.`,
      'Name a file in a folder that is there: --out FILE.',
    );
  }
}
