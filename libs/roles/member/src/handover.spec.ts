import { describe, expect, it } from '@jest/globals';
import type { Runtime } from '@rehearsal/kernel';
import { nodeCode } from '@rehearsal/protocol';
import { Handover } from './handover.js';

const LEASE_MS = 400;
const FIRST = nodeCode('orchestrator', '1_1');
const SECOND = nodeCode('orchestrator', '1_2');

interface Live {
  id: string;
  incarnation: number;
  status: 'active' | 'out';
}

function given(orchestrators: Live[]) {
  const clock = { nowMs: 1000, timers: [] as { atMs: number; run: () => void }[] };
  const rt = {
    nowMs: () => clock.nowMs,
    after: (delayMs: number, run: () => void) => {
      const timer = { atMs: clock.nowMs + delayMs, run };
      clock.timers.push(timer);
      return () => {
        clock.timers = clock.timers.filter((t) => t !== timer);
      };
    },
  } as unknown as Runtime;
  const served: number[][] = [];
  const handover = new Handover(
    rt,
    LEASE_MS,
    () => orchestrators,
    (slots) => served.push([...slots]),
  );
  const pass = (ms: number): void => {
    clock.nowMs += ms;
    for (const timer of clock.timers.filter((t) => t.atMs <= clock.nowMs)) {
      clock.timers = clock.timers.filter((t) => t !== timer);
      timer.run();
    }
  };
  return { handover, served, pass, orchestrators };
}

const two = (): Live[] => [
  { id: '1_1', incarnation: 1, status: 'active' },
  { id: '1_2', incarnation: 1, status: 'active' },
];

describe('after a loss, a slot is served', () => {
  it('once every live orchestrator has confirmed the version that took it away', () => {
    const { handover, served } = given(two());
    handover.seize(9, [3, 4]);
    handover.heard(FIRST, 1, 9);
    expect(served).toEqual([]);
    handover.heard(SECOND, 1, 8);
    expect(served).toEqual([]);
    handover.heard(SECOND, 1, 10);
    expect(served).toEqual([[3, 4]]);
  });

  it('without the word of an orchestrator that was lost a lease ago', () => {
    const { handover, served, pass, orchestrators } = given(two());
    handover.check();
    (orchestrators[1] as Live).status = 'out';
    handover.check();
    pass(LEASE_MS * 1.1);
    handover.heard(FIRST, 1, 9);
    handover.seize(9, [3]);
    handover.check();
    expect(served).toEqual([[3]]);
  });

  it('without the word of one that has just been lost once its lease must have run out, and not before', () => {
    const { handover, served, pass, orchestrators } = given(two());
    handover.check();
    (orchestrators[1] as Live).status = 'out';
    handover.check();
    pass(LEASE_MS / 2);
    handover.heard(FIRST, 1, 9);
    handover.seize(9, [3]);
    handover.check();
    expect(served).toEqual([]);
    pass(LEASE_MS * 0.5);
    expect(served).toEqual([]);
    pass(LEASE_MS * 0.1);
    expect(served).toEqual([[3]]);
  });

  it('on the word of one that is lost, if it said it before', () => {
    const { handover, served, orchestrators } = given(two());
    handover.seize(9, [3]);
    handover.check();
    handover.heard(SECOND, 1, 9);
    (orchestrators[1] as Live).status = 'out';
    handover.check();
    handover.heard(FIRST, 1, 9);
    expect(served).toEqual([[3]]);
  });

  it('when the lease of a silent orchestrator must have run out by any clock, and not before', () => {
    const { handover, served, pass } = given(two());
    handover.seize(9, [3]);
    handover.check();
    handover.heard(FIRST, 1, 9);
    pass(LEASE_MS);
    expect(served).toEqual([]);
    pass(LEASE_MS / 10);
    expect(served).toEqual([[3]]);
  });

  it('not on the word of an earlier incarnation of an orchestrator', () => {
    const { handover, served, orchestrators } = given(two());
    handover.heard(FIRST, 1, 9);
    handover.heard(SECOND, 1, 9);
    (orchestrators[0] as Live).incarnation = 2;
    handover.seize(9, [3]);
    handover.check();
    expect(served).toEqual([]);
  });
});

describe('when leases last otherwise from now on', () => {
  const leased = (leaseMs: number): ReturnType<typeof given> => {
    const all = given(two());
    all.handover.check();
    (all.orchestrators[1] as Live).status = 'out';
    all.handover.check();
    all.handover.heard(FIRST, 1, 9);
    all.handover.seize(9, [3]);
    all.handover.setLease(leaseMs);
    return all;
  };

  it('one that is waited for is given as long as it may be now', () => {
    const { handover, served, pass } = leased(2 * LEASE_MS);
    pass(LEASE_MS * 1.1);
    handover.check();
    expect(served).toEqual([]);
    pass(LEASE_MS * 1.1);
    handover.check();
    expect(served).toEqual([[3]]);
  });

  it('one that began when it was longer is given that long', () => {
    const { handover, served, pass } = leased(LEASE_MS / 4);
    pass(LEASE_MS);
    handover.check();
    expect(served).toEqual([]);
    pass(LEASE_MS * 0.1);
    handover.check();
    expect(served).toEqual([[3]]);
  });
});

describe('in a hand-over, a slot is served', () => {
  it('after the release of the very member that served it', () => {
    const { handover } = given(two());
    handover.awaitRelease(3, 1);
    expect(handover.released(2, [3])).toEqual([]);
    expect(handover.released(1, [3, 4])).toEqual([3]);
    expect(handover.released(1, [3])).toEqual([]);
  });

  it('by the rules of a loss when that member is lost before it released', () => {
    const { handover, served } = given(two());
    handover.awaitRelease(3, 1);
    handover.onMemberLost(1, 12);
    expect(handover.released(1, [3])).toEqual([]);
    handover.heard(FIRST, 1, 12);
    handover.heard(SECOND, 1, 12);
    expect(served).toEqual([[3]]);
  });

  it('not at all once it is somebody else’s again', () => {
    const { handover, served, pass } = given(two());
    handover.awaitRelease(3, 1);
    handover.seize(9, [5]);
    handover.forget(3);
    handover.forget(5);
    expect(handover.released(1, [3])).toEqual([]);
    pass(10 * LEASE_MS);
    expect(served.flat()).toEqual([]);
  });
});
