/**
 * `bad-input`: the caller asked for something that cannot be (exit code 2);
 * `environment`: the lab or its machine cannot do it now (exit code 3);
 * `deviated`: the fabric did not do what was waited for (exit code 1).
 */
export type LabErrorKind = 'bad-input' | 'environment' | 'deviated';

/** What went wrong in a lab: what was expected and seen, and what to do next. */
export class LabError extends Error {
  readonly kind: LabErrorKind;
  readonly remedy: string;

  constructor(kind: LabErrorKind, message: string, remedy: string) {
    super(`${message} ${remedy}`);
    this.name = 'LabError';
    this.kind = kind;
    this.remedy = remedy;
  }
}
