import { currentTrace } from '@rehearsal/bus/tracing';
import type { Tracer } from '@rehearsal/bus/tracing';
import type { FaultRecord, Note, Target } from '@rehearsal/lab-port';
import { targetName } from '@rehearsal/lab-port';
import { nowMs } from './clock.js';

export interface HappeningsParts {
  readonly tracer?: Tracer | undefined;
  readonly progress?: ((line: string) => void) | undefined;
}

/** What was done to a fabric, and what became of it by itself. */
export class Happenings {
  readonly faults: FaultRecord[] = [];
  /** What the lab itself noted; processes have logs of their own. */
  readonly notes: Note[] = [];
  private readonly parts: HappeningsParts;

  constructor(parts: HappeningsParts) {
    this.parts = parts;
  }

  say(line: string): void {
    this.parts.progress?.(line);
  }

  noteFault(fault: FaultRecord['fault'], target: Target, detail: FaultRecord['detail']): void {
    this.faults.push({ atMs: nowMs(), fault, target: targetName(target), detail });
    const parent = currentTrace();
    // What is done to a process from outside sends no message: this is as far as its trace goes.
    if (parent !== undefined) {
      this.parts.tracer?.begin(`fault ${fault} ${targetName(target)}`, { kind: 'internal', parent }).end();
    }
  }

  /** That a process ended which nobody told to: in the notes, among the faults, and in words. */
  noteEnd(target: Target, incarnation: number, fields: Readonly<Record<string, unknown>>): void {
    const { role, id } = target;
    const atMs = nowMs();
    this.notes.push({ atMs, role, id, incarnation, level: 'error', code: 'ended_unexpectedly', fields });
    this.faults.push({ atMs, fault: 'ended', target: targetName(target), detail: fields });
    const how = String(fields['signal'] ?? fields['code']);
    const part = typeof fields['part'] === 'string' ? `${fields['part']} of ` : '';
    this.say(`${part}${targetName(target)} ended by itself (${how}); it is started again`);
  }
}
