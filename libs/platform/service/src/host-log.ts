import type { LoggerService } from '@nestjs/common';
import type { Level } from '@rehearsal/kernel';
import { destination, pino } from 'pino';
import type { Logger } from 'pino';

/** Where Nest reports what went wrong while it made the module. */
const START = 'ExceptionHandler';

/** A process's notes: one JSON object a line on standard error, written before the call returns. */
export class HostLog implements LoggerService {
  readonly #pino: Logger;

  constructor(base: Readonly<Record<string, unknown>>, fd = 2) {
    this.#pino = pino(
      { base, formatters: { level: (label) => ({ level: label }) }, level: 'debug' },
      destination({ dest: fd, sync: true }),
    );
  }

  readonly note = (level: Level, code: string, fields: Readonly<Record<string, unknown>>): void => {
    this.#pino[level]({ ...fields, code });
  };

  /** Nest's own words; only what went wrong is worth a line. */
  log(): void {}

  warn(message: unknown): void {
    this.note('warn', 'nest', { message: String(message) });
  }

  error(message: unknown, stack?: unknown, context?: unknown): void {
    // What goes wrong at the start is said once, by the host, before the process ends.
    if (stack === START || context === START) return;
    this.note('error', 'nest', { message: String(message), ...(typeof stack === 'string' ? { stack } : {}) });
  }
}
