import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { diffMoments, slotCounts, type Changed, type FabricMoment, type MomentDiff } from './index.js';

const SLOTS = 12;
const id = fc.constantFrom('1_01', '1_02', '1_03');
const column = fc.array(fc.oneof(id, fc.constant('')), { minLength: SLOTS, maxLength: SLOTS });
const role = { state: fc.constantFrom('ACTIVE', 'LOST', 'DOWN'), life: fc.nat(3) };
const moment: fc.Arbitrary<FabricMoment> = fc.record({
  members: fc.uniqueArray(
    fc.record({
      id,
      ...role,
      admin: fc.constantFrom('up' as const, 'down' as const),
      problems: fc.subarray(['Fullsync', 'fwd']),
    }),
    { selector: (m) => m.id },
  ),
  orchestrators: fc.uniqueArray(fc.record({ id: fc.constantFrom('1_1', '1_2'), ...role }), { selector: (o) => o.id }),
  smo: fc.oneof(id, fc.constant('')),
  slots: fc.oneof(
    fc.record({ active: column, backup: column, joining: column }),
    fc.constant({ active: [], backup: [], joining: [] }),
  ),
  sync: fc.record({
    due: fc.nat(3),
    tableVersion: fc.nat(3),
    iterator: fc.option(
      fc.record({
        status: fc.constantFrom('running', 'finished'),
        percent: fc.nat(100),
        slots: fc.nat(3),
        connections: fc.nat(3),
        startedAtMs: fc.nat(3),
      }),
    ),
  }),
  distribution: fc.record({
    inside: fc.constantFrom('user', 'general'),
    outside: fc.constant('network'),
    changingTo: fc.constant(''),
  }),
  policy: fc.record({ hash: fc.constantFrom('', 'a'), installing: fc.constantFrom('', 'b') }),
  frozen: fc.boolean(),
  underLoad: fc.boolean(),
  autoClone: fc.constantFrom('on', 'off'),
  versions: fc.uniqueArray(
    fc.record({ stream: fc.constantFrom('a.x', 'b.x'), version: fc.integer({ min: 1, max: 4 }) }),
    {
      selector: (s) => s.stream,
    },
  ),
});

/** All changes read the other way round. */
function reversed(diff: MomentDiff): MomentDiff {
  const turn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turn);
    if (typeof value !== 'object' || value === null) return value;
    if ('from' in value && 'to' in value) {
      const { from, to, ...rest } = value as Changed<unknown>;
      return { ...rest, from: to, to: from };
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, turn(part)]));
  };
  const { slots, ...rest } = turn(diff) as MomentDiff;
  const key = (m: Changed<string>): string => `${m.from} ${m.to}`;
  const inOrder = <T extends Changed<string>>(moves: readonly T[]): T[] =>
    [...moves].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : key(a) < key(b) ? -1 : 1));
  const { active, backup, joining } = slots;
  return {
    ...rest,
    slots: { ...slots, active: inOrder(active), backup: inOrder(backup), joining: inOrder(joining) },
  };
}

describe('the difference of two moments', () => {
  it('is nothing between a moment and itself', () => {
    fc.assert(
      fc.property(moment, (a) => {
        const diff = diffMoments(a, JSON.parse(JSON.stringify(a)) as FabricMoment);
        expect(diff).toEqual({
          same: true,
          members: [],
          orchestrators: [],
          smo: null,
          slots: { changed: 0, active: [], backup: [], joining: [] },
          sync: { counts: null, due: null, tableVersion: null, iterator: null },
          distribution: null,
          policy: null,
          frozen: null,
          underLoad: null,
          autoClone: null,
          versions: [],
        });
      }),
    );
  });

  it('backwards names the opposite', () => {
    fc.assert(fc.property(moment, moment, (a, b) => expect(diffMoments(b, a)).toEqual(reversed(diffMoments(a, b)))));
  });

  it('moves as many slots as change hands, and counts each changed one once', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const { slots, same } = diffMoments(a, b);
        const at = (of: readonly string[], i: number): string => of[i] ?? '';
        const places = Array.from({ length: SLOTS }, (_, i) => i);
        const columns = ['active', 'backup', 'joining'] as const;
        for (const name of columns) {
          const changed = places.filter((i) => at(a.slots[name], i) !== at(b.slots[name], i));
          expect(slots[name].reduce((n, m) => n + m.slots, 0)).toBe(changed.length);
          expect(slots[name].every((m) => m.from !== m.to)).toBe(true);
        }
        const any = places.filter((i) => columns.some((c) => at(a.slots[c], i) !== at(b.slots[c], i)));
        expect(slots.changed).toBe(any.length);
        if (any.length > 0) expect(same).toBe(false);
      }),
    );
  });

  it('is only how far the log has come where nothing else is otherwise', () => {
    const [a] = fc.sample(moment, 1) as [FabricMoment];
    const b = { ...a, sync: { ...a.sync, tableVersion: 9 }, versions: [{ stream: 'a.x', version: 9 }] };
    const diff = diffMoments({ ...a, versions: [] }, b);
    expect([diff.same, diff.versions]).toEqual([true, [{ stream: 'a.x', from: 0, to: 9 }]]);
    expect(diff.sync.tableVersion).toEqual({ from: a.sync.tableVersion, to: 9 });
  });

  it('names who came, who was started again, and who was taken down', () => {
    const [one] = fc.sample(moment, 1) as [FabricMoment];
    const member = { id: '1_01', state: 'ACTIVE', life: 1, admin: 'up', problems: [] } as const;
    const a = { ...one, members: [member], orchestrators: [] };
    const b = {
      ...one,
      members: [{ ...member, state: 'DOWN', life: 2, admin: 'down', problems: ['fwd'] } as const],
      orchestrators: [{ id: '1_1', state: 'ACTIVE', life: 5 }],
    };
    const { members, orchestrators } = diffMoments(a, b);
    expect(members).toEqual([
      {
        id: '1_01',
        state: { from: 'ACTIVE', to: 'DOWN' },
        life: { from: 1, to: 2 },
        admin: { from: 'up', to: 'down' },
        problems: { from: [], to: ['fwd'] },
      },
    ]);
    expect(orchestrators).toEqual([
      { id: '1_1', state: { from: '', to: 'ACTIVE' }, life: { from: 0, to: 5 }, admin: null, problems: null },
    ]);
  });
});

describe('the counts of a slot table', () => {
  it('tell slots in step from those that have no backup, and from those nobody serves', () => {
    const slots = { active: ['a', 'a', 'b', ''], backup: ['b', '', '', ''], joining: ['', 'b', '', ''] };
    expect(slotCounts(slots)).toEqual({ total: 4, served: 3, inStep: 1, exposed: 2, joining: 1, orphaned: 1 });
  });
});
