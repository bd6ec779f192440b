import type { FabricPlan, Target } from '@rehearsal/lab-port';
import { findTarget, targetName } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';

/** A fault at a moment of a procedure, in ms since the fabric's start. `hang`: it stands still for so long. */
export interface CaseFault {
  readonly kind: 'panic' | 'hang';
  readonly target: string;
  readonly atMs: number;
  readonly forMs: number;
}

/** One way the procedure may go. */
export interface AssessCase {
  readonly index: number;
  /** Between what it falls, in words. */
  readonly place: string;
  readonly faults: readonly CaseFault[];
}

/** A moment of the procedure without faults: what had just been decided. */
export interface Place {
  readonly atMs: number;
  readonly text: string;
  /** Whose installations begin here together, so that each may be the last to come back; [] for fewer than two. */
  readonly installs: readonly string[];
}

const PANIC_FOR_MS = 3_000;

/** Roles whose loss somebody has to live through; the outside world keeps the books. */
const SUFFERING: ReadonlySet<string> = new Set(['member', 'orchestrator', 'sync', 'upgrade-conductor']);

/**
 * Every place where so many faults may fall, on everybody who can suffer them, and both orders in which two members that
 * are installed together may reboot; the procedure without a fault comes first.
 */
export function casesOf(plan: FabricPlan, places: readonly Place[], faults: number, rebootMs: number): AssessCase[] {
  const cases: Omit<AssessCase, 'index'>[] = [{ place: 'without a fault', faults: [] }];
  for (const { atMs, text, installs } of places) {
    for (const id of installs) {
      const hang = { kind: 'hang', target: `member ${id}`, atMs, forMs: rebootMs } as const;
      cases.push({ place: `${text}; ${id} reboots after the other`, faults: [hang] });
    }
  }
  if (faults > 0) {
    for (const { atMs, text } of places) {
      for (const { role, id } of plan.roles.filter((entry) => SUFFERING.has(entry.role))) {
        const target = targetName({ role, id });
        cases.push({ place: text, faults: [{ kind: 'panic', target, atMs, forMs: PANIC_FOR_MS }] });
      }
    }
  }
  return cases.map((each, index) => ({ ...each, index }));
}

/** As `--repeat` has it: `panic member 1_02@17350`. */
export function faultWords({ kind, target, atMs, forMs }: CaseFault): string {
  return kind === 'hang' ? `hang ${target}@${atMs}+${forMs}` : `panic ${target}@${atMs}`;
}

/** @throws LabError (bad input) */
export function readFaultWords(words: string, targets: readonly Target[]): CaseFault {
  const parts = /^(panic|hang) (.+)@(\d+)(?:\+(\d+))?$/.exec(words);
  if (parts === null) {
    throw new LabError('bad-input', `--repeat '${words}' is no fault at a moment.`, "Say it as in 'panic 1_02@17350'.");
  }
  const [, kind, target, atMs, forMs] = parts;
  return {
    kind: kind as CaseFault['kind'],
    target: targetName(findTarget(target as string, targets)),
    atMs: Number(atMs),
    forMs: forMs === undefined ? PANIC_FOR_MS : Number(forMs),
  };
}
