import type { FabricPlan } from '@rehearsal/lab-port';
import { memberOf, type SecurityGroupEvent, type SecurityGroupState } from '@rehearsal/security-group';
import { groupCommits, type GroupCommit } from '../group-commits.js';

/** Who holds a slot; null: nobody. */
export interface SlotHolders {
  readonly active: string | null;
  /** Its copy is in step. */
  readonly backup: string | null;
  /** Its copy is being made. */
  readonly joining: string | null;
}

/** A commit that changed who holds a slot. */
export interface SlotChange extends SlotHolders {
  readonly atMs: number;
  /** In the site's log. */
  readonly site: number;
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  /** Its events, as they stand in the log. */
  readonly events: readonly SecurityGroupEvent[];
}

const NOBODY: SlotHolders = { active: null, backup: null, joining: null };

/** Reads from a run's log who held which slot when. */
export class SlotRecord {
  private readonly commits: readonly GroupCommit[];
  private readonly site: number;
  private readonly firstSeq: number;

  /** @param firstSeq of the first commit of the log */
  constructor(plan: Pick<FabricPlan, 'securityGroup' | 'site'>, log: readonly string[], firstSeq: number) {
    this.site = plan.site;
    this.firstSeq = firstSeq;
    this.commits = [...groupCommits(log, plan.securityGroup.name)];
  }

  /** Changes of a slot, in the order of the log. */
  changesOf(slot: number): SlotChange[] {
    const changes: SlotChange[] = [];
    let before = NOBODY;
    for (const { index, stream, version, atMs, events, state } of this.commits) {
      const now = holdersIn(state, slot);
      if (now.active === before.active && now.backup === before.backup && now.joining === before.joining) continue;
      changes.push({ ...now, atMs, site: this.site, seq: this.firstSeq + index, stream, version, events });
      before = now;
    }
    return changes;
  }
}

function holdersIn(state: SecurityGroupState, slot: number): SlotHolders {
  const name = (number: number | undefined): string | null => memberOf(state, number ?? 0) || null;
  return { active: name(state.active[slot]), backup: name(state.backup[slot]), joining: name(state.joining[slot]) };
}
