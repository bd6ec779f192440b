import type { HypersyncState } from '@rehearsal/hypersync';
import * as hypersync from '@rehearsal/hypersync/fold';
import type { FabricPlan, Note } from '@rehearsal/lab-port';
import { parseCommit } from '@rehearsal/kernel/commit-codec';
import type { FabricMoment, LogState } from '@rehearsal/replay';
import type { SecurityGroupEvent, SecurityGroupState } from '@rehearsal/security-group';
import * as securityGroup from '@rehearsal/security-group/fold';
import { distributionWord, memberOf, policyFor } from '@rehearsal/security-group/fold';
import { isOrderly } from './fold-log.js';
import { lastSaid, memberWord } from './recorded-view.js';

/** What a moment is made of. */
export interface MomentParts {
  readonly plan: Pick<FabricPlan, 'securityGroup'>;
  /** As the machines of the log folded it. */
  readonly states: LogState;
  /** The stored text of a commit; undefined where the log has no such one. */
  commitOf(stream: string, version: number): string | undefined;
  /** What processes noted until then. */
  readonly notes: readonly Note[];
}

/** The fabric as its log has it at a moment. Members are called what `asg stat -v` of that moment calls them. */
export function momentOf({ plan, states, commitOf, notes }: MomentParts): FabricMoment {
  const groupStream = `security-group.${plan.securityGroup.name}`;
  const stateOf = (stream: string): unknown => states.streams.find((s) => s.stream === stream)?.state;
  const group = (stateOf(groupStream) ?? securityGroup.initialState) as SecurityGroupState;
  const copies = (stateOf(`hypersync.${plan.securityGroup.name}`) ?? hypersync.initialState) as HypersyncState;
  const names = (numbers: readonly number[]): string[] => numbers.map((n) => memberOf(group, n));
  const { iterator } = copies;
  const { nextDistribution: next } = group;
  return {
    members: group.members.map((member, i) => {
      const left = member.status === 'out' ? lossOf(commitOf(groupStream, member.lostAt), member.id) : undefined;
      const said = member.status === 'active' ? undefined : lastSaid(notes, member.id, left?.atMs);
      const orderly = new Set(left?.orderly === true ? [member.id] : []);
      const { id, incarnation: life, admin, problems } = member;
      return { id, state: memberWord(group, i + 1, orderly, said), life, admin, problems };
    }),
    orchestrators: group.orchestrators.map(({ id, status, incarnation }) => ({
      id,
      state: status === 'active' ? 'ACTIVE' : 'LOST',
      life: incarnation,
    })),
    smo: memberOf(group, group.smo),
    slots: { active: names(group.active), backup: names(group.backup), joining: names(group.joining) },
    sync: {
      due: copies.due.filter((n) => n !== 0).length,
      tableVersion: copies.tableVersion,
      iterator:
        iterator.status === 'none'
          ? null
          : {
              status: iterator.status,
              percent: iterator.percent,
              slots: iterator.slots,
              connections: iterator.connections,
              startedAtMs: iterator.startedAt,
            },
    },
    distribution: {
      inside: group.version === 0 ? '' : group.distribution.inside,
      outside: group.version === 0 ? '' : group.distribution.outside,
      changingTo: next.since > 0 ? distributionWord(next) : '',
    },
    // Of the release that the SMO serves with, where there is more than one.
    policy: {
      hash: policyFor(group, group.members[group.smo - 1]?.rank ?? 0) ?? '',
      installing: group.install.hash,
      ...(group.deferral.isOn && { deferred: group.deferral.rules }),
    },
    frozen: group.frozenUntil > 0,
    underLoad: group.culOffAt > 0,
    autoClone: group.autoClone,
    versions: states.streams.map(({ stream, version }) => ({ stream, version })),
  };
}

/** When a member left, and whether it is down rather than lost. */
function lossOf(
  line: string | undefined,
  id: string,
): { readonly atMs: number; readonly orderly: boolean } | undefined {
  if (line === undefined) return undefined;
  const { events, time } = parseCommit(line);
  for (const event of events as readonly SecurityGroupEvent[]) {
    if ((event.type === 'MemberLost' || event.type === 'MemberDrained') && event.member === id) {
      return { atMs: time.ms, orderly: isOrderly(event) };
    }
  }
  return undefined;
}
