import { counted } from '@rehearsal/lab-port/plain-words';
import type { Changed, MomentDiff, RoleChange, SlotCounts } from '@rehearsal/replay';
import { distributionText, iteratorText, policyText, sinceText } from './moment-document.js';

const NOTHING = 'Nothing changed.';
const NOTHING_BUT = 'Nothing changed but how far the log has come.';

/** What a diff says, a line each; a line that says so where nothing changed. */
export function diffLines(diff: MomentDiff, startedAtMs: number): string[] {
  const { sync, slots } = diff;
  const since = (atMs: number): string => sinceText(atMs - startedAtMs);
  const lines = [
    ...(diff.same ? [diff.versions.length === 0 ? NOTHING : NOTHING_BUT] : []),
    ...diff.orchestrators.map((r) => roleLine('orchestrator', r)),
    ...diff.members.map((r) => roleLine('member', r)),
    ...changed(diff.smo, (c) => `SMO: ${nobody(c.from)} before, ${nobody(c.to)} now`),
    ...(slots.changed === 0 ? [] : [`slots: ${counted(slots.changed, 'slot')} changed`]),
    ...slots.active.map((m) => `  active: ${counted(m.slots, 'slot')} from ${nobody(m.from)} to ${nobody(m.to)}`),
    ...slots.backup.map((m) => `  backup: ${counted(m.slots, 'slot')} from ${nobody(m.from)} to ${nobody(m.to)}`),
    ...slots.joining.map(
      (m) => `  copy under way: ${counted(m.slots, 'slot')} from ${nobody(m.from)} to ${nobody(m.to)}`,
    ),
    ...changed(sync.counts, countsLine),
    ...changed(sync.due, (c) => `copies due: ${c.from} before, ${c.to} now`),
    ...changed(
      sync.iterator,
      (c) => `iterator: ${iteratorText(c.from, since)} before; ${iteratorText(c.to, since)} now`,
    ),
    ...changed(
      diff.distribution,
      (c) => `distribution: ${distributionText(c.from)} before; ${distributionText(c.to)} now`,
    ),
    ...changed(diff.policy, (c) => `policy: ${policyText(c.from)} before; ${policyText(c.to)} now`),
    ...changed(diff.frozen, (c) =>
      c.to ? 'states of members are frozen now' : 'states of members are no longer frozen',
    ),
    ...changed(diff.underLoad, (c) => (c.to ? 'the group is under load now' : 'the group is no longer under load')),
    ...changed(diff.autoClone, (c) => `auto-clone: ${c.from} before, ${c.to} now`),
    ...diff.versions.map((v) => `stream ${v.stream}: version ${v.from} before, ${v.to} now`),
  ];
  return lines;
}

const changed = <T>(change: Changed<T> | null, say: (change: Changed<T>) => string): string[] =>
  change === null ? [] : [say(change)];
const nobody = (id: string): string => (id === '' ? 'nobody' : id);
const list = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.join(', '));

function roleLine(role: string, { id, state, life, admin, problems }: RoleChange): string {
  const parts = [
    ...changed(state, (c) => `${c.from === '' ? 'not there' : c.from} before, ${c.to === '' ? 'not there' : c.to} now`),
    ...changed(life, (c) => `life ${c.from} before, ${c.to} now`),
    ...changed(admin, (c) => `set ${c.to} by an operator, ${c.from} before`),
    ...changed(problems, (c) => `problems: ${list(c.from)} before, ${list(c.to)} now`),
  ];
  return `${role} ${id}: ${parts.join('; ')}`;
}

function countsLine({ from, to }: Changed<SlotCounts>): string {
  const parts = (['inStep', 'exposed', 'orphaned', 'joining'] as const).flatMap((name) =>
    from[name] === to[name] ? [] : [`${COUNTS[name]} ${from[name]} before, ${to[name]} now`],
  );
  return `sync: ${parts.join('; ')}`;
}

const COUNTS = {
  inStep: 'slots in step',
  exposed: 'slots without a backup',
  orphaned: 'slots served by nobody',
  joining: 'slots with a copy under way',
} as const;
