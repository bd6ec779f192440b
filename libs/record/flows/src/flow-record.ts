import type { FlowKind, StateName, SyncPolicy, VerdictName } from '@rehearsal/dataplane';

/** The ends of a connection as its first packet has them; addresses are 32-bit integers in host order. */
export interface FlowEnds {
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
}

/** Something that happened to a connection, as the member says that it happened to. */
export interface FlowRecord extends FlowEnds {
  readonly kind: FlowKind;
  /** Number of the member in its group, from 1, and its life. */
  readonly member: number;
  readonly life: number;
  /** Among the records of that life. */
  readonly number: number;
  /** By the member's clock. */
  readonly atMs: number;
  readonly beganMs: number;
  /** Of the slot table that the member had folded. */
  readonly version: number;
  /** Its home. */
  readonly slot: number;
  /** -1: none. */
  readonly rule: number;
  readonly state: StateName;
  readonly sync: SyncPolicy;
  readonly fromOutside: boolean;
  /** Its ends began a connection before. */
  readonly reopened: boolean;
  /** Slot that its answers come in by, where that is another one; of `opened` alone. */
  readonly answersBy: number | null;
  /** The other member it is about: the backup, who released it, who serves it now; null: nobody that lives. */
  readonly peer: number | null;
  /** Of `refused` the verdict, of `lost` why, of `closed` how. */
  readonly reason: VerdictName | 'no_copy_in_step' | 'finished' | 'reset' | null;
  /** As it leaves, where that is otherwise. */
  readonly translated: Omit<FlowEnds, 'proto'> | null;
  /** Of its whole life as this member knows it: the initiator's, the responder's. */
  readonly packets: readonly [number, number];
  /** Of what this member itself let pass since it serves it. */
  readonly bytes: readonly [number, number];
  /** Packets of it that other members handed on to this one. */
  readonly corrected: number;
}
