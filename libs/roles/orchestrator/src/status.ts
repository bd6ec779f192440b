import type { SecurityGroupState } from '@rehearsal/security-group';
import {
  activeMembers,
  distributionWord,
  exposedSlots,
  memberOf,
  memberState,
  siteWords,
  tableHash,
} from '@rehearsal/security-group';
import type { MemberWatch } from './member-watch.js';

/** What is said of a slot table, which stays what it is until the next commit. */
interface TableFacts {
  readonly activeMembers: readonly string[];
  readonly exposedSlots: number;
  readonly tableHash: string;
  readonly joining: boolean;
  /** By member number. */
  readonly actives: readonly number[];
  readonly backups: readonly number[];
}

/** The facts of the table that was asked for last: asked for far more often than it changes, and hashing it takes long. */
export class KnownTable {
  #state: SecurityGroupState | undefined;
  #facts: TableFacts | undefined;

  of(state: SecurityGroupState): TableFacts {
    if (this.#facts === undefined || this.#state !== state) this.#facts = factsOf(state);
    this.#state = state;
    return this.#facts;
  }
}

/** What the command `status` says of the group, as this orchestrator has folded it at `version` and hears it. */
export function groupStatus(
  state: SecurityGroupState,
  version: number,
  watch: MemberWatch,
  table: KnownTable,
): Record<string, unknown> {
  const { actives, backups, joining, ...facts } = table.of(state);
  return {
    activeMembers: facts.activeMembers,
    exposedSlots: facts.exposedSlots,
    balanced: version > 0 && !state.rebalancing && !joining,
    tableVersion: version,
    tableHash: facts.tableHash,
    smo: memberOf(state, state.smo),
    underLoad: state.culOffAt > 0,
    deferral: state.deferral,
    frozen: state.frozenUntil > 0,
    policyHash: state.policyHash,
    distribution: state.nextDistribution.since > 0 ? 'changing' : distributionWord(state.distribution),
    slots: state.members.map((m, i) => {
      const word = memberState(state, i + 1, watch.heard(m));
      return {
        member: m.id,
        incarnation: m.incarnation,
        status: m.status,
        state: word,
        site: siteWords(word, watch.everHeard(m), true),
        admin: m.admin,
        /** It could serve, and waits for members of another release to go. */
        held: m.heldIncarnation !== undefined && m.heldIncarnation > m.incarnation,
        problems: m.problems,
        active: actives[i + 1],
        backup: backups[i + 1],
      };
    }),
  };
}

function factsOf(state: SecurityGroupState): TableFacts {
  return {
    activeMembers: activeMembers(state).map((n) => memberOf(state, n)),
    exposedSlots: exposedSlots(state).length,
    tableHash: tableHash(state),
    joining: state.joining.some((n) => n !== 0),
    actives: slotsOf(state.active, state.members.length),
    backups: slotsOf(state.backup, state.members.length),
  };
}

/** By member number: how many slots of the column are its. */
function slotsOf(column: readonly number[], members: number): number[] {
  const count = Array.from({ length: members + 1 }, () => 0);
  for (const member of column) count[member] = (count[member] as number) + 1;
  return count;
}
