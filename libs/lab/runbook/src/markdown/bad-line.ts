import { LabError } from '@rehearsal/lab-port/lab-error';

/** Where in a runbook something stands. */
export interface At {
  readonly file: string;
  /** 1 is the first line of the file. */
  readonly line: number;
}

/** Bad input at a line of a runbook. */
export function badLine(at: At, what: string, remedy: string): LabError {
  return new LabError('bad-input', `${at.file}:${at.line}: ${what}`, remedy);
}
