/** What is wrong with a capture file, as a word a program can act on. */
export type CaptureFault = 'not-a-capture' | 'compressed' | 'unsupported' | 'truncated' | 'malformed';

/** A capture of which nothing can be read: where it went wrong, what was expected there and what was seen. */
export class CaptureError extends Error {
  readonly fault: CaptureFault;
  readonly atByte: number;

  constructor(fault: CaptureFault, atByte: number, expected: string, seen: string, remedy: string) {
    super(`at byte ${atByte}: expected ${expected}, saw ${seen}; ${remedy}`);
    this.name = 'CaptureError';
    this.fault = fault;
    this.atByte = atByte;
  }
}

/** Where reading stopped before the end of a file, and why. The frames before it are good. */
export interface PartialRead {
  readonly atByte: number;
  readonly reason: string;
}
