import { writeFileSync } from 'node:fs';
import { asRunMarkdown, runReport } from '@rehearsal/report';
import { readRunData } from '../report/run-data.js';
import type { RunbookOutput } from '../verbs/runbook.js';

/** Writes the record of a runbook into the folder of its run: as Markdown, and as a page with the plots of the report. */
export function keepAsRun(out: RunbookOutput): void {
  const data = readRunData(out.folder);
  const { verdict, reasons } = out;
  writeFileSync(out.asRun.markdown, asRunMarkdown(out));
  const report = runReport({ ...data, asRun: out, result: { ...data.result, verdict, reasons } });
  writeFileSync(out.asRun.html, report.html);
}
