/*
 * One moment of a fabric by its log, as plain data. Who serves what is said by name; '' is nobody.
 */

export interface MemberMoment {
  readonly id: string;
  /** As the vendor's commands say it. */
  readonly state: string;
  /** Incarnation of the process that last joined; 0 before the first. */
  readonly life: number;
  readonly admin: 'up' | 'down';
  readonly problems: readonly string[];
}

export interface OrchestratorMoment {
  readonly id: string;
  readonly state: string;
  readonly life: number;
}

export interface IteratorMoment {
  readonly status: string;
  readonly percent: number;
  /** Slots there were to copy when it began. */
  readonly slots: number;
  readonly connections: number;
  readonly startedAtMs: number;
}

export interface FabricMoment {
  readonly members: readonly MemberMoment[];
  readonly orchestrators: readonly OrchestratorMoment[];
  readonly smo: string;
  /** By slot: who serves it, who holds a copy in step, who is being copied to. */
  readonly slots: {
    readonly active: readonly string[];
    readonly backup: readonly string[];
    readonly joining: readonly string[];
  };
  readonly sync: {
    /** Copies that the sync coordinator waits for, slots of it. */
    readonly due: number;
    /** Version of the slot table that it last took notice of. */
    readonly tableVersion: number;
    /** The run that copies connections, the present or the last one; null before the first. */
    readonly iterator: IteratorMoment | null;
  };
  readonly distribution: {
    readonly inside: string;
    readonly outside: string;
    /** What it is changing to, in the vendor's word; '' where nothing is. */
    readonly changingTo: string;
  };
  /** `installing`: hash of the one on its way. */
  readonly policy: {
    readonly hash: string;
    readonly installing: string;
    /** Rules whose connections do not begin; absent while all do. */
    readonly deferred?: readonly string[];
  };
  readonly frozen: boolean;
  readonly underLoad: boolean;
  readonly autoClone: string;
  readonly versions: readonly { readonly stream: string; readonly version: number }[];
}

/** How many slots are served, have a copy in step, have none, and are copied. */
export interface SlotCounts {
  readonly total: number;
  readonly served: number;
  readonly inStep: number;
  readonly exposed: number;
  readonly joining: number;
  /** Nobody serves them. */
  readonly orphaned: number;
}

export function slotCounts({ active, backup, joining }: FabricMoment['slots']): SlotCounts {
  const served = active.filter((id) => id !== '').length;
  const inStep = active.filter((id, slot) => id !== '' && backup[slot] !== '').length;
  const total = active.length;
  const copied = joining.filter((id) => id !== '').length;
  return { total, served, inStep, exposed: served - inStep, joining: copied, orphaned: total - served };
}
