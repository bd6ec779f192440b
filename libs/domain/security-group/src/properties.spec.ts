import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { securityGroup } from './machine.js';
import type { Member, SecurityGroupState } from './state.js';
import { activeMembers, exposedSlots, holders, isDetached, isFit, isLeaving } from './state.js';
import { apportion, countByMember } from './table/apportion.js';
import type { Group, Told } from './testing/group.js';
import { adminOf, configured, drained, idOf, reported, seen, silent } from './testing/group.js';

/** What may happen to a group; members and slots are picked by number, modulo what there is. */
type Happening =
  | { readonly what: 'seen' | 'silent' | 'restart'; readonly member: number }
  | { readonly what: 'stale'; readonly member: number }
  | { readonly what: 'problem' | 'mended' | 'adminDown' | 'adminUp' | 'drained'; readonly member: number }
  | { readonly what: 'assigned' | 'detached'; readonly member: number }
  | { readonly what: 'copied'; readonly slot: number; readonly few: boolean }
  | { readonly what: 'copiedWrongly'; readonly slot: number; readonly member: number; readonly back: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constantFrom('seen', 'silent', 'restart'), member: fc.nat(20) }),
  fc.record({ what: fc.constant('stale' as const), member: fc.nat(20) }),
  fc.record({ what: fc.constantFrom('problem', 'mended', 'adminDown', 'adminUp'), member: fc.nat(20) }),
  fc.record({ what: fc.constant('drained' as const), member: fc.nat(20) }),
  { weight: 4, arbitrary: fc.record({ what: fc.constant('copied' as const), slot: fc.nat(100), few: fc.boolean() }) },
  fc.record({ what: fc.constant('copiedWrongly' as const), slot: fc.nat(100), member: fc.nat(20), back: fc.nat(4) }),
) as fc.Arbitrary<Happening>;

const setting = fc.record({
  weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 7 }),
  slots: fc.integer({ min: 1, max: 40 }),
  placement: fc.constantFrom('pairs' as const, 'spread' as const),
});

interface Setting {
  readonly weights: readonly number[];
  readonly slots: number;
  readonly placement: 'pairs' | 'spread';
}

function groupOf({ weights, slots, placement }: Setting, requireInStep = true): Group {
  const members = weights.map((weight, i) => ({ id: idOf(i + 1), weight }));
  return configured(members.length, slots, { members, placement, requireInStep });
}

type OfMember = Exclude<Happening['what'], 'copied' | 'copiedWrongly'>;

const active = (m: Member): boolean => m.status === 'active';

/** Members that a happening makes a difference to. */
const FITTING: Record<OfMember, (m: Member, state: SecurityGroupState, number: number) => boolean> = {
  seen: (m) => m.status === 'out',
  silent: active,
  restart: active,
  stale: active,
  problem: isFit,
  mended: (m) => m.problems.length > 0,
  adminDown: isFit,
  adminUp: (m) => m.admin === 'down',
  drained: (_m, state, number) => isLeaving(state, number),
  assigned: isDetached,
  detached: (m) => m.spare === 'assigned',
};

function toldOf(group: Group, h: Happening): Told | undefined {
  const { state } = group;
  if (h.what === 'copied' || h.what === 'copiedWrongly') {
    const open = state.joining.flatMap((to, slot) => (to === 0 ? [] : [slot]));
    if (h.what === 'copiedWrongly') {
      const active = state.active[h.slot % state.active.length] as number;
      if (active === 0) return undefined;
      const member = (h.member % state.members.length) + 1;
      if (state.members[member - 1]?.incarnation === 0) return undefined;
      return group.copied(active, member, [h.slot % state.active.length], Math.max(0, state.version - h.back));
    }
    if (open.length === 0) return undefined;
    const slot = open[h.slot % open.length] as number;
    const [from, to] = [state.active[slot] as number, state.joining[slot] as number];
    const all = open.filter((s) => state.active[s] === from && state.joining[s] === to);
    return group.copied(from, to, h.few ? [slot] : all);
  }
  // What can make a difference is picked first, so that short histories already do.
  const fitting = state.members.filter((m, i) => FITTING[h.what](m, state, i + 1));
  const from = fitting.length > 0 ? fitting : state.members;
  const { id, incarnation } = from[h.member % from.length] as Member;
  if (h.what === 'silent') return incarnation === 0 ? undefined : silent(id, incarnation);
  if (h.what === 'adminDown' || h.what === 'adminUp') return adminOf(id, h.what === 'adminUp' ? 'up' : 'down');
  if (h.what === 'problem' || h.what === 'mended') {
    return incarnation === 0 ? undefined : reported(id, h.what === 'problem' ? ['fwd'] : [], incarnation);
  }
  if (h.what === 'drained') return incarnation === 0 ? undefined : drained(group, id);
  if (h.what === 'assigned') return { type: 'assignSpare', member: id };
  if (h.what === 'detached') return { type: 'detachSpare', member: id };
  if (h.what === 'stale') return incarnation < 2 ? undefined : seen(id, incarnation - 1);
  return seen(id, incarnation + 1);
}

/** Spares come and go as well. */
const happeningWithSpares: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: happening },
  fc.record({ what: fc.constantFrom('assigned' as const, 'detached' as const), member: fc.nat(20) }),
);

function play(group: Group, happenings: readonly Happening[], each: (before: SecurityGroupState) => void): void {
  for (const h of happenings) {
    const told = toldOf(group, h);
    if (told === undefined) continue;
    const before = group.state;
    group.tell(told);
    each(before);
  }
}

function checkInvariants(group: Group, before: SecurityGroupState): void {
  const { state } = group;
  const serving = new Set(activeMembers(state));
  const staying = new Set(holders(state));
  for (let slot = 0; slot < state.active.length; slot++) {
    const [active, backup, joining] = [state.active[slot], state.backup[slot], state.joining[slot]] as number[];
    if (serving.size > 0) expect(serving.has(active as number)).toBe(true);
    else expect([active, backup, joining]).toEqual([0, 0, 0]);
    for (const copy of [backup, joining] as number[]) {
      if (copy === 0) continue;
      expect(serving.has(copy)).toBe(true);
      expect(copy).not.toBe(active);
    }
    if (joining !== 0) expect(joining).not.toBe(backup);
    if (joining !== 0) expect(staying.has(joining as number)).toBe(true);
    // A slot without a copy that stays, there or to come, lacks it for want of another member only.
    const others = staying.size - (staying.has(active as number) ? 1 : 0);
    if (others > 0 && !staying.has(backup as number)) expect(joining).not.toBe(0);
    // A member that is leaving serves nothing that somebody who stays could serve.
    if (!staying.has(active as number)) expect(staying.has(backup as number)).toBe(false);
    expect(state.epoch[slot]).toBeGreaterThanOrEqual(before.epoch[slot] as number);
    if (state.epoch[slot] === before.epoch[slot]) expect(active).toBe(before.active[slot]);
    expect(joining === 0).toBe(state.joiningSince[slot] === 0);
  }
  expect(state.smo).toBe(holders(state)[0] ?? 0);
  // Nobody is taken out in an orderly way while it serves, or while its copy is the one that counts.
  const wentOut = before.members.flatMap((m, i) => (active(m) && state.members[i]?.drained ? [i + 1] : []));
  for (const member of wentOut) {
    expect(before.active).not.toContain(member);
    expect(before.backup.some((b, slot) => b === member && before.joining[slot] !== 0)).toBe(false);
  }
}

function checkBalanced(state: SecurityGroupState): void {
  const members = holders(state);
  const weights = members.map((m) => state.members[m - 1]?.weight as number);
  const all = weights.reduce((sum, w) => sum + w, 0);
  const counts = countByMember(state.active, state.members.length);
  members.forEach((m, i) => {
    expect(Math.abs((counts[m] as number) - (state.active.length * (weights[i] as number)) / all)).toBeLessThan(1);
  });
}

describe('the security group, whatever happens to it', () => {
  it('keeps its invariants where spares come and go, and those in no group hold nothing', () => {
    const settings = fc.tuple(setting, fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(settings, fc.array(happeningWithSpares, { maxLength: 40 }), ([s, spares], happenings) => {
        const weights = [...s.weights, ...Array.from({ length: spares }, () => 1)];
        const members = weights.map((weight, i) => ({
          id: idOf(i + 1),
          weight,
          ...(i < s.weights.length ? {} : { spare: true as const }),
        }));
        const group = configured(members.length, s.slots, { members, placement: s.placement, autoClone: 'on' });
        play(group, happenings, (before) => {
          checkInvariants(group, before);
          for (const member of group.state.members.filter(isDetached)) expect(member.status).toBe('out');
          for (const member of group.state.members)
            if (member.spare === 'leaving') expect(member.status).toBe('active');
        });
        let folded = securityGroup.initial;
        for (const event of group.history.flat()) folded = securityGroup.evolve(folded, event);
        expect(folded).toEqual(group.state);
      }),
    );
  });

  it('keeps its invariants, and its state is the fold of its events', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 40 }), fc.boolean(), (s, happenings, requireInStep) => {
        const group = groupOf(s, requireInStep);
        play(group, happenings, (before) => checkInvariants(group, before));
        let folded = securityGroup.initial;
        for (const events of JSON.parse(JSON.stringify(group.history))) {
          for (const event of events) folded = securityGroup.evolve(folded, event);
        }
        expect(folded).toEqual(group.state);
      }),
      { numRuns: 150 },
    );
  });

  it('ends with a backup everywhere, and level after a join, once all copies are in step', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 30 }), fc.nat(20), (s, happenings, last) => {
        const group = groupOf(s);
        play(group, happenings, () => undefined);
        group.copyAll();
        // Who is leaving with a problem, and has not gone yet, is active but takes no new copies.
        if (holders(group.state).length > 1) expect(exposedSlots(group.state)).toEqual([]);
        expect(group.state.rebalancing).toBe(false);

        const newcomer = group.state.members[last % group.state.members.length];
        group.tell(adminOf(newcomer?.id as string, 'up'));
        group.tell(seen(newcomer?.id as string, (newcomer?.incarnation ?? 0) + 1));
        group.copyAll();
        expect(group.state.rebalancing).toBe(false);
        checkBalanced(group.state);
        checkPlacement(group.state);
      }),
      { numRuns: 150 },
    );
  });

  it('moves only the slots of a lost member, each to its backup', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 20 }), fc.nat(20), (s, happenings, pick) => {
        const group = groupOf(s);
        play(group, happenings, () => undefined);
        group.copyAll();
        const before = group.state;
        const serving = activeMembers(before);
        fc.pre(serving.length > 0);
        const lost = serving[pick % serving.length] as number;
        group.tell(silent(idOf(lost), before.members[lost - 1]?.incarnation));
        before.active.forEach((active, slot) => {
          const heir = active === lost ? before.backup[slot] : active;
          // A slot that had no backup goes to whoever is left, were it one that is leaving.
          if (heir === 0) expect([0, ...activeMembers(group.state)]).toContain(group.state.active[slot]);
          else expect(group.state.active[slot]).toBe(heir);
          if (active !== lost && before.backup[slot] !== lost) {
            expect(group.state.backup[slot]).toBe(before.backup[slot]);
            expect(group.state.joining[slot]).toBe(0);
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  it('moves exactly as many slots as a join needs, and only towards members with too few', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 20 }), fc.nat(20), (s, happenings, pick) => {
        const group = groupOf(s);
        play(group, happenings, () => undefined);
        group.copyAll();
        const out = group.state.members.flatMap((m, i) => (m.status === 'out' && m.admin === 'up' ? [i + 1] : []));
        fc.pre(out.length > 0 && activeMembers(group.state).length > 0);
        const newcomer = out[pick % out.length] as number;
        const before = group.state;
        group.tell(seen(idOf(newcomer), (before.members[newcomer - 1]?.incarnation ?? 0) + 1));
        group.copyAll();

        const counts = countByMember(before.active, before.members.length);
        const shareholders = holders(group.state).map((member) => ({
          member,
          weight: before.members[member - 1]?.weight as number,
          held: counts[member] as number,
        }));
        const shares = apportion(before.active.length, shareholders, before.members.length);
        const needed = shares.reduce(
          (sum, share, m) => sum + Math.max(0, share - (m === 0 ? 0 : (counts[m] as number))),
          0,
        );
        const moved = before.active.flatMap((active, slot) => (active === group.state.active[slot] ? [] : [slot]));
        expect(moved).toHaveLength(needed);
        for (const slot of moved) {
          const to = group.state.active[slot] as number;
          expect(counts[to]).toBeLessThan(shares[to] as number);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** After a join has settled, each member's copies stand where the placement says. */
function checkPlacement(state: SecurityGroupState): void {
  const members = holders(state);
  if (members.length < 2) return;
  for (const active of members) {
    const copies = state.backup.filter((_, slot) => state.active[slot] === active);
    if (state.placement === 'pairs') {
      expect(new Set(copies).size).toBeLessThanOrEqual(1);
      continue;
    }
    const others = members.filter((m) => m !== active);
    const all = others.reduce((sum, m) => sum + (state.members[m - 1]?.weight as number), 0);
    for (const other of others) {
      const exact = (copies.length * (state.members[other - 1]?.weight as number)) / all;
      expect(Math.abs(copies.filter((m) => m === other).length - exact)).toBeLessThan(1);
    }
  }
}
