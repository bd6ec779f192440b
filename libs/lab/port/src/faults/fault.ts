import type { Lab } from '../lab.js';
import type { LabRole, Target } from '../target.js';
import type { FaultArg, FaultArgs } from './fault-args.js';

/** What a fault is applied with. */
export interface FaultCall {
  readonly target: Target;
  /** The other end of a link. */
  readonly to: Target;
  readonly args: FaultArgs;
  /** How long a role that is told something has to answer, ms; by default as long as the lab gives it. */
  readonly answerWithinMs?: number;
}

/**
 * One way a part of a fabric breaks, or is mended: what people read, what it takes, and how it is
 * done through the port, alike in both worlds.
 */
export interface Fault {
  readonly about: string;
  /** Processes it can be done to. */
  readonly on: readonly LabRole[];
  readonly takes: readonly FaultArg[];
  /** Of those it takes, what must be said. */
  readonly requires: readonly FaultArg[];
  /** Of those it takes, what only a simulated fabric can do. */
  readonly onlySimulated: readonly FaultArg[];
  /** Whether a second process is named: the other end of a link; the bus where it is left out. */
  readonly hasTo: boolean;
  /** Ends a fault rather than beginning one. */
  readonly mends: boolean;
  /** Whether a living fabric has to be brought up with links that can be touched. */
  readonly needsLinks: boolean;
  /** Whether what it is done to may be declared lost for it. */
  readonly deadly: boolean;
  /** How it is done to real processes, and what that means. */
  readonly live: string;
  readonly simulated: string;
  /** What it may cost, by profile where they differ. */
  readonly mayLose: string;
  apply(lab: Lab, call: FaultCall): Promise<void>;
}

/** What most faults have in common: they take nothing and need nothing, and nobody is declared lost for them. */
export const PLAIN = {
  takes: [],
  requires: [],
  onlySimulated: [],
  hasTo: false,
  mends: false,
  needsLinks: false,
  deadly: false,
} as const;
