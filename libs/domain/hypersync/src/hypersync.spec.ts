import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { HypersyncEvent } from './events.js';
import { hypersyncEvent } from './events.js';
import type { HypersyncInput } from './inputs.js';
import { hypersyncInput } from './inputs.js';
import { hypersync } from './machine.js';
import type { HypersyncState } from './state.js';

type Told = Record<string, unknown> & { readonly type: string };
const FROM: Record<string, string> = { configure: 'command', copiesChosen: 'intent' };

/** Hypersync for specs: tell it inputs and look at what it decides. */
class Sync {
  state: HypersyncState = hypersync.initial;
  readonly history: (readonly HypersyncEvent[])[] = [];

  tell(told: Told, at = 1_000): readonly HypersyncEvent[] {
    const input = hypersyncInput.parse({ id: 'an input', at, from: FROM[told.type] ?? 'observation', ...told });
    const events = hypersync.decide(this.state, input as HypersyncInput);
    expect(hypersync.decide(JSON.parse(JSON.stringify(this.state)), input)).toEqual(events);
    const version = this.state.version + 1;
    for (const event of events) {
      expect(hypersyncEvent.parse(event)).toEqual(event);
      expect(event.version).toBe(version);
      this.state = hypersync.evolve(this.state, event);
    }
    if (events.length > 0) this.history.push(events);
    return events;
  }
}

const config = { members: ['1_01', '1_02', '1_03'], slots: 6, progressStepPercent: 25 };
const chosen = (tableVersion: number, reason: string, copies: number[][], exposed: number[] = []): Told => ({
  type: 'copiesChosen',
  tableVersion,
  reason,
  member: '1_01',
  copies,
  exposed,
});
const copied = (member: string, version: number, slots: number[], connections = 10): Told => ({
  type: 'copied',
  member,
  incarnation: 3,
  active: '1_02',
  activeIncarnation: 4,
  slots,
  version,
  connections,
});

function running(): Sync {
  const sync = new Sync();
  sync.tell({ type: 'configure', config });
  sync.tell(
    chosen(
      8,
      'lost',
      [
        [2, 3, 4],
        [3, 2, 5],
      ],
      [2, 3, 4, 5],
    ),
    5_000,
  );
  return sync;
}

describe('configure', () => {
  it('comes first; again it is ignored, differently refused', () => {
    const sync = new Sync();
    expect(sync.tell({ type: 'configure', config })).toEqual([{ type: 'Configured', version: 1, config }]);
    expect(sync.tell({ type: 'configure', config })).toEqual([
      { type: 'ConfigureIgnored', version: 2, reason: 'hypersync is configured like this already' },
    ]);
    expect(sync.tell({ type: 'configure', config: { ...config, slots: 7 } })).toEqual([
      {
        type: 'ConfigureRefused',
        version: 3,
        reason: 'hypersync is configured already, and differently: start a new fabric to change it',
      },
    ]);
    expect(sync.state.due).toHaveLength(6);
  });
});

describe('copiesChosen', () => {
  it('starts the iterator when there is something to copy', () => {
    const sync = new Sync();
    sync.tell({ type: 'configure', config });
    expect(
      sync.tell(
        chosen(
          8,
          'lost',
          [
            [2, 3, 4],
            [3, 2, 5],
          ],
          [2, 3, 4, 5],
        ),
        5_000,
      ),
    ).toEqual([
      {
        type: 'CopiesDue',
        version: 2,
        tableVersion: 8,
        copies: [
          [2, 3, 4],
          [3, 2, 5],
        ],
        exposed: [2, 3, 4, 5],
      },
      { type: 'IteratorStarted', version: 2, startedAt: 5_000, reason: 'lost', member: '1_01', slots: 4 },
    ]);
    expect(sync.state).toMatchObject({ due: [0, 0, 3, 2, 2, 3], exposed: [2, 3, 4, 5], tableVersion: 8 });
  });

  it('only notes the exposure when nobody can hold a copy', () => {
    const sync = new Sync();
    sync.tell({ type: 'configure', config });
    expect(sync.tell(chosen(2, 'joined', [], [0, 1, 2, 3, 4, 5]))).toEqual([
      { type: 'CopiesDue', version: 2, tableVersion: 2, copies: [], exposed: [0, 1, 2, 3, 4, 5] },
    ]);
    expect(sync.state.iterator.status).toBe('none');
  });

  it('goes on while copies come in step, and finishes with the last', () => {
    const sync = running();
    expect(sync.tell(chosen(9, 'inStep', [[3, 2]], [2]))).toEqual([
      { type: 'CopiesDue', version: 3, tableVersion: 9, copies: [[3, 2]], exposed: [2] },
    ]);
    sync.tell({ ...copied('1_03', 9, [2], 30), iterated: 38 });
    expect(sync.tell(chosen(10, 'inStep', []), 7_500)).toEqual([
      { type: 'CopiesDue', version: 5, tableVersion: 10, copies: [], exposed: [] },
      {
        type: 'IteratorFinished',
        version: 5,
        finishedAt: 7_500,
        runningMs: 2_500,
        outcome: 'finished',
        iterated: 38,
        connections: 30,
      },
    ]);
    expect(sync.state.iterator).toEqual({
      status: 'finished',
      startedAt: 5_000,
      runningMs: 2_500,
      reason: 'lost',
      member: '1_01',
      slots: 4,
      iterated: 38,
      connections: 30,
      percent: 100,
    });
  });

  it('starts over on another loss or join', () => {
    const sync = running();
    sync.tell(copied('1_03', 8, [2], 30));
    expect(sync.tell(chosen(9, 'joined', [[1, 0]], []), 4_000)).toEqual([
      { type: 'CopiesDue', version: 4, tableVersion: 9, copies: [[1, 0]], exposed: [] },
      {
        type: 'IteratorFinished',
        version: 4,
        finishedAt: 4_000,
        runningMs: 0,
        outcome: 'superseded',
        iterated: 30,
        connections: 30,
      },
      { type: 'IteratorStarted', version: 4, startedAt: 4_000, reason: 'joined', member: '1_01', slots: 1 },
    ]);
    expect(sync.state.iterator).toMatchObject({ status: 'running', iterated: 0, connections: 0, percent: 0 });
  });

  it('is abandoned when nobody is left to copy to', () => {
    const sync = running();
    const [, end] = sync.tell(chosen(9, 'lost', [], [0, 1, 2, 3, 4, 5]), 5_100);
    expect(end).toMatchObject({ type: 'IteratorFinished', outcome: 'abandoned', runningMs: 100 });
    expect(sync.state.iterator.status).toBe('abandoned');
  });

  it('ignores an older word that comes late, and any before it is configured', () => {
    const sync = running();
    const before = sync.state;
    expect(sync.tell(chosen(8, 'lost', []))).toEqual([
      { type: 'CopiesIgnored', version: 3, tableVersion: 8, reason: 'table version 8 is known already' },
    ]);
    expect(sync.state).toEqual({ ...before, version: 3 });
    expect(new Sync().tell(chosen(8, 'lost', []))).toEqual([
      { type: 'CopiesIgnored', version: 1, tableVersion: 8, reason: 'hypersync is not configured yet' },
    ]);
  });
});

describe('copied', () => {
  it('passes the slots that are due on to the security group', () => {
    const sync = running();
    const [event] = sync.tell(copied('1_03', 8, [5, 3, 2, 5], 12));
    expect(event).toEqual({
      type: 'SlotsCopied',
      version: 3,
      member: '1_03',
      incarnation: 3,
      active: '1_02',
      activeIncarnation: 4,
      slots: [2, 5],
      tableVersion: 8,
      connections: 12,
      iterated: 12,
    });
    expect(hypersync.react(event as HypersyncEvent, { stream: 'hypersync.SG1', version: 3, index: 0 })).toEqual([
      {
        to: 'security-group.SG1',
        input: {
          type: 'inStep',
          member: '1_03',
          incarnation: 3,
          active: '1_02',
          activeIncarnation: 4,
          slots: [2, 5],
          version: 8,
        },
      },
    ]);
  });

  it('takes a report that is repeated once, and a newer copy again', () => {
    const sync = running();
    sync.tell(copied('1_03', 8, [2]));
    expect(sync.tell(copied('1_03', 8, [2]))).toEqual([]);
    expect(sync.tell(copied('1_03', 8, [2, 5]))).toMatchObject([{ slots: [5] }]);
    expect(sync.tell(copied('1_03', 9, [2]))).toMatchObject([{ slots: [2], tableVersion: 9 }]);
  });

  it.each([
    ['a slot due elsewhere', copied('1_02', 8, [2])],
    ['a slot that has its copy', copied('1_03', 8, [0])],
    ['a slot there is not', copied('1_03', 8, [600])],
    ['a stranger', copied('1_09', 8, [2])],
  ])('leads to nothing for %s', (_what, told) => {
    expect(running().tell(told)).toEqual([]);
  });
});

describe('progress', () => {
  it('is recorded once a step', () => {
    const sync = running();
    const at = (connections: number) => sync.tell({ type: 'progress', connections, total: 1_000 });
    expect(at(249)).toEqual([]);
    expect(at(260)).toEqual([{ type: 'IteratorProgress', version: 3, percent: 26, connections: 260 }]);
    expect(at(499)).toEqual([]);
    expect(at(1_200)).toEqual([{ type: 'IteratorProgress', version: 4, percent: 100, connections: 1_200 }]);
  });

  it('is not recorded while nothing runs, nor of nothing', () => {
    const sync = running();
    expect(sync.tell({ type: 'progress', connections: 0, total: 0 })).toEqual([]);
    sync.tell(chosen(9, 'inStep', []));
    expect(sync.tell({ type: 'progress', connections: 9, total: 10 })).toEqual([]);
  });
});

describe('hypersync, whatever it is told', () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.uniqueArray(fc.nat(5), { minLength: 1 }));
  const told: fc.Arbitrary<Told> = fc.oneof(
    fc
      .tuple(
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('lost', 'joined', 'inStep'),
        fc.array(row, { maxLength: 1 }),
      )
      .map(([version, reason, rows]) =>
        chosen(
          version,
          reason,
          rows.map(([m, slots]) => [m, ...slots]),
        ),
      ),
    fc
      .tuple(
        fc.constantFrom('1_01', '1_02', '1_03'),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(5), { minLength: 1 }),
      )
      .map(([member, version, slots]) => copied(member, version, slots)),
    fc.nat(100).map((connections) => ({ type: 'progress', connections, total: 100 })),
  );

  it('runs exactly while something is due, never forgets newer for older, and is the fold of its events', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 30 }), (inputs) => {
        const sync = new Sync();
        sync.tell({ type: 'configure', config });
        for (const input of inputs) {
          const { tableVersion } = sync.state;
          sync.tell(input);
          expect(sync.state.tableVersion).toBeGreaterThanOrEqual(tableVersion);
          expect(sync.state.iterator.status === 'running').toBe(sync.state.due.some((m) => m !== 0));
        }
        let folded = hypersync.initial;
        for (const event of JSON.parse(JSON.stringify(sync.history.flat()))) folded = hypersync.evolve(folded, event);
        expect(folded).toEqual(sync.state);
      }),
    );
  });
});
