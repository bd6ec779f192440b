import type { Tracer } from '@rehearsal/bus/tracing';
import type { FabricPlan, RoleEntry } from '@rehearsal/lab-port';

export interface ArchiveParts {
  /** The archive's program. */
  readonly main: string;
  /** The folder it uses where no database server is named. */
  readonly dir: string;
  /** Fields of its configuration beyond the common ones. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Restores the log of a bus that is down from the archive, which nobody else uses meanwhile. */
  readonly rebuild: (bus: LostLog) => Promise<{ readonly messages: number; readonly kept: string | undefined }>;
}

/** The log that is to be restored: where the bus has it, and its size. */
export interface LostLog {
  readonly dir: string;
  readonly fabric: string;
  readonly site: number;
  readonly logMaxBytes: number;
}

export interface ProcessLabParts {
  readonly plan: FabricPlan;
  readonly runId: string;
  /** Holds the bus, configurations and logs of all processes; made when absent. */
  readonly dir: string;
  /** The program of each role. */
  readonly mains: Readonly<Record<RoleEntry['role'], string>>;
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
  /** Fields of a role's configuration beyond the common ones. */
  readonly extra?: (entry: RoleEntry) => Readonly<Record<string, unknown>>;
  /** Archives the log, where this is given. */
  readonly archive?: ArchiveParts | undefined;
  readonly nodeFlags?: readonly string[];
  /** Puts a link between each role and the bus that can be cut, delayed and metered; costs time with each message. */
  readonly links?: boolean;
  /** Where spans of commands go. */
  readonly tracer?: Tracer | undefined;
  /** Told of everything worth a line while the lab runs. */
  readonly progress?: (line: string) => void;
}
