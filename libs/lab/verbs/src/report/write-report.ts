import { writeFileSync } from 'node:fs';
import { runReport, type Report } from '@rehearsal/report';
import { reportPath } from './report-path.js';
import { readRunData } from './run-data.js';

/** Writes `report.html` and `report.md` into a run's folder, from what is there. @returns the page's path */
export function writeRunReport(folder: string): string {
  return putReport(runReport(readRunData(folder)), reportPath(folder));
}

/** Writes a page, and the summary beside it. @param path of the page; the summary's ends in `.md` */
export function putReport(report: Report, path: string): string {
  writeFileSync(path, report.html);
  writeFileSync(path.replace(/(\.html?)?$/i, '.md'), report.markdown);
  return path;
}
