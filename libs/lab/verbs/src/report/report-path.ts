import { join } from 'node:path';

/** Where a run's report is, in its folder. */
export function reportPath(folder: string): string {
  return join(folder, 'report.html');
}
