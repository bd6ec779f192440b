/** `hung`: stopped in its tracks; `rebooting`: dead, and coming back by itself. */
export type ProcessState = 'running' | 'hung' | 'dead' | 'rebooting';

export interface ProcessStatus {
  readonly role: string;
  readonly id: string;
  readonly process: ProcessState;
  /** The operating system's number; null where there is none. */
  readonly pid: number | null;
  /** 0 before the first start. */
  readonly incarnation: number;
  /** How often it ended by itself and was started again; absent where no such thing can be. */
  readonly restarts?: number;
  /** The role's own word for itself, `READY` or `ACTIVE` for example; `unreachable` when it does not answer. */
  readonly state: string;
  readonly ready: boolean;
  readonly connections: number;
  /** The rest of what the role answered to `status`. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A fabric at one moment, member by member. */
export interface LabStatus {
  readonly fabric: string;
  readonly profile: string;
  readonly atMs: number;
  readonly bus: 'up' | 'down';
  /** How often the bus ended by itself and was started again; absent where no such thing can be. */
  readonly busRestarts?: number;
  readonly members: readonly ProcessStatus[];
  readonly orchestrators: readonly ProcessStatus[];
  readonly sync: ProcessStatus;
  readonly traffic: ProcessStatus;
  /** Where software can change. */
  readonly conductor?: ProcessStatus;
  /** Where the log is archived. */
  readonly archive?: ProcessStatus;
}

/**
 * What roles answer to the command `status`; every field but `state` and `ready` is optional and
 * whatever else they say is shown as detail.
 */
export interface RoleStatusBody {
  readonly state: string;
  readonly ready: boolean;
  readonly connections?: number;
  /** Orchestrators: ids of the members their table calls active. */
  readonly activeMembers?: readonly string[];
  /** Orchestrators and sync: slots without a backup in step. */
  readonly exposedSlots?: number;
  /** Orchestrators: no slot is on its way to another member. */
  readonly balanced?: boolean;
  readonly tableVersion?: number;
  readonly tableHash?: string;
  readonly smo?: string;
  readonly [field: string]: unknown;
}

/** Packets and connections accounted for so far, as the outside world's ledger sums them up. */
export interface LedgerSummary {
  readonly packets: {
    readonly sent: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly lost: number;
    /** Sent, and neither delivered nor named by anyone: zero, or the run fails. */
    readonly unexplained: number;
    /** Emitted twice. */
    readonly duplicated?: number;
    readonly [field: string]: unknown;
  };
  readonly connections: {
    readonly total: number;
    readonly lost: number;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}
