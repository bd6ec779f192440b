import { describe, expect, it } from '@jest/globals';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { initialState } from '@rehearsal/security-group';
import { DUTY } from './duties.js';
import { Handover } from './handover.js';
import { Redistribution, type RedistributionParts } from './redistribution.js';

const LEASE_MS = 400;
const MOVING = 2;
const NEXT = { inside: 'user', outside: 'network' } as const;

/** A member that serves slot 1, with one connection there, and may come to serve slot 2, with another. */
function given(announce = true) {
  const happened: string[] = [];
  const timers: { atMs: number; run: () => void }[] = [];
  const clock = { nowMs: 1000 };
  const ends: (() => void)[] = [];
  let modes = '';
  let table: SecurityGroupState = {
    ...initialState,
    version: 5,
    orchestrators: [
      { id: '1_1', incarnation: 100, status: 'active' },
      { id: '1_2', incarnation: 100, status: 'active' },
    ],
  };
  const waits = { legs: 0, toSend: 0, settled: true };
  const duties = { duty: Uint8Array.of(DUTY.none, DUTY.serving, DUTY.backup) };
  const rt = {
    nowMs: () => clock.nowMs,
    after: (delayMs: number, run: () => void) => {
      const timer = { atMs: clock.nowMs + delayMs, run };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    atTurnEnd: (run: () => void) => ends.push(run),
  };
  const handover = new Handover(
    rt as never,
    LEASE_MS,
    () => table.orchestrators,
    () => {},
  );
  const redistribution = new Redistribution({
    rt,
    connections: {
      sizeOfSlot: [0, 1, 1],
      firstOf: (slot: number) => slot,
      nextOf: () => -1,
      isForward: () => false,
      relative: (ms: number) => ms,
      toSend: {
        get waiting() {
          return waits.toSend;
        },
      },
    },
    entries: { spreadAnew: () => true },
    steering: { setModes: (inside: string, outside: string) => (modes = `${inside} ${outside}`) },
    duties,
    legs: {
      get waiting() {
        return waits.legs;
      },
      withdraw: (index: number) => happened.push(`withdraws ${index} by ${modes}`),
      install: (index: number) => happened.push(`tells of ${index} by ${modes}`),
    },
    handover,
    peers: {
      get othersSettled() {
        return waits.settled;
      },
    },
    turns: { flush: () => {} },
    planned: { inside: 'general', outside: 'general' },
    announce,
    immediate: true,
    forgetPackets: () => happened.push('forgets packets'),
    onReady: () => happened.push('ready'),
  } as unknown as RedistributionParts);
  const endTurn = (): void => {
    while (ends.length > 0) for (const run of ends.splice(0)) run();
  };
  const fold = (change: Partial<SecurityGroupState>): void => {
    table = { ...table, version: table.version + 1, ...change };
    redistribution.take(table);
    handover.check();
    redistribution.check();
    endTurn();
  };
  const drained = (id: string, since: number, incarnation = 100): void => {
    redistribution.onDrained(id, incarnation, since);
    endTurn();
  };
  const pass = (ms: number): void => {
    clock.nowMs += ms;
    for (const timer of timers.filter((t) => t.atMs <= clock.nowMs)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
      endTurn();
    }
  };
  fold({});
  const begin = (): void => fold({ nextDistribution: { ...NEXT, since: 6, saidSince: 6, waiting: [1] } });
  const look = (): void => {
    redistribution.look();
    endTurn();
  };
  return { happened, redistribution, waits, duties, fold, begin, drained, pass, look, modes: () => modes };
}

const OF_SLOT_1 = ['withdraws 1 by general general', 'tells of 1 by user network'];

describe('a change of the distribution, at a member', () => {
  it('begins once all live orchestrators are drained for it, and ends ready when all of it is held', () => {
    const { happened, redistribution, waits, begin, drained, look, modes } = given();
    begin();
    drained('1_1', 6);
    drained('1_2', 5);
    drained('1_2', 6, 99);
    expect([happened, modes(), redistribution.isClosed]).toEqual([[], 'general general', false]);
    waits.legs = 1;
    drained('1_2', 6);
    expect([happened, modes(), redistribution.isClosed]).toEqual([
      ['forgets packets', ...OF_SLOT_1],
      'user network',
      true,
    ]);
    waits.legs = 0;
    waits.toSend = 1;
    look();
    waits.toSend = 0;
    waits.settled = false;
    look();
    expect(happened).toHaveLength(3);
    waits.settled = true;
    look();
    look();
    expect(happened.slice(3)).toEqual(['ready']);
  });

  it('waits for a lost orchestrator as long as its lease may last, and for a live one without end', () => {
    const { happened, fold, begin, drained, pass } = given();
    begin();
    drained('1_1', 6);
    pass(10 * LEASE_MS);
    expect(happened).toEqual([]);
    fold({
      orchestrators: [
        { id: '1_1', incarnation: 100, status: 'active' },
        { id: '1_2', incarnation: 100, status: 'out' },
      ],
    });
    pass(LEASE_MS);
    expect(happened).toEqual([]);
    pass(LEASE_MS / 10);
    expect(happened).toEqual(['forgets packets', ...OF_SLOT_1, 'ready']);
  });

  it('goes through slots that come meanwhile, and says again that it is ready', () => {
    const { happened, redistribution, duties, fold, begin, drained, pass } = given();
    begin();
    drained('1_1', 6);
    drained('1_2', 6);
    duties.duty[MOVING] = DUTY.waiting;
    fold({});
    expect(happened.filter((what) => what === 'ready')).toHaveLength(1);
    duties.duty[MOVING] = DUTY.serving;
    redistribution.onServe(MOVING);
    expect(redistribution.isReady).toBe(false);
    pass(1);
    expect(happened.slice(4)).toEqual(['withdraws 2 by general general', 'tells of 2 by user network', 'ready']);
  });

  it('is over with the version that says so, and forgotten with this life', () => {
    const { happened, redistribution, fold, begin, drained, modes } = given();
    begin();
    drained('1_1', 6);
    drained('1_2', 6);
    fold({ nextDistribution: initialState.nextDistribution, distribution: { ...NEXT, since: 8 } });
    expect([redistribution.isClosed, modes()]).toEqual([false, 'user network']);
    fold({ nextDistribution: { inside: 'general', outside: 'general', since: 9, saidSince: 9, waiting: [1] } });
    drained('1_1', 9);
    drained('1_2', 9);
    expect([redistribution.isClosed, modes()]).toEqual([true, 'general general']);
    redistribution.clear();
    expect(redistribution.isClosed).toBe(false);
    // The next life goes through it from the beginning; orchestrators are drained still.
    const before = happened.length;
    fold({});
    expect([happened.slice(before), modes()]).toEqual([
      ['forgets packets', 'withdraws 1 by user network', 'tells of 1 by general general', 'ready'],
      'general general',
    ]);
  });

  it('tells nobody where it must not (negative control)', () => {
    const { happened, begin, drained, modes } = given(false);
    begin();
    drained('1_1', 6);
    drained('1_2', 6);
    expect([happened, modes()]).toEqual([['forgets packets', 'ready'], 'user network']);
  });
});
