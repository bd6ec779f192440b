import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { ConnectionRow } from '@rehearsal/traffic';
import { capacityOf, groupOf, slotLoad } from './capacity.js';
import { measureCapacity } from './measure-capacity.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));

function row(tuple: string, openedMs: number, closedMs: number, sent: number): ConnectionRow {
  return { tuple, openedMs, closedMs, lastDeliveredMs: closedMs, sent } as unknown as ConnectionRow;
}

describe('the load of slots', () => {
  it('is what their connections sent, and how many of them were open on average', () => {
    const rows = [row('a', 0, 2_000, 30), row('b', 0, 1_000, 10), row('b', 1_000, 1_500, 4), row('c', 0, 2_000, 8)];
    const load = slotLoad(rows, 3, ({ tuple }) => ['a', 'b', 'c'].indexOf(tuple));
    expect([...load.packetsPerSec]).toEqual([15, 7, 4]);
    expect([...load.connections]).toEqual([1, 0.75, 1]);
    expect([...slotLoad([], 2, () => 0).packetsPerSec]).toEqual([0, 0]);
  });
});

describe('the capacity of a fabric', () => {
  const set = { settings: {}, words: [] } as const;
  const measure = (placement: string, limit: number | null): ReturnType<typeof measureCapacity> =>
    measureCapacity({
      fabric: FABRIC,
      limitPacketsPerSec: limit,
      set: { ...set, profile: 'lossless', settings: { 'dist.placement': placement } },
    });

  it('in pairs: the partner carries a lost member’s load, and loses both if it follows at once', async () => {
    const { now, afterOne, afterTwoAtOnce, afterTwoLater, nPlusOne, secondFailure } = await measure('pairs', null);
    expect(now.members.map((m) => m.slots)).toEqual([128, 128, 128, 128]);
    expect(now.connectionsExposed).toBe(0);
    expect(afterOne!.members.map((m) => m.slots).sort((a, b) => a - b)).toEqual([128, 128, 256]);
    expect(afterOne!.connectionsLost).toBe(0);
    const partner = afterOne!.busiest!.member;
    expect(afterTwoAtOnce!.lost).toContain(partner);
    expect(afterTwoAtOnce!.connectionsLost).toBe(afterOne!.connectionsExposed);
    expect(afterTwoLater!.connectionsLost).toBe(0);
    expect(nPlusOne).toBe(true);
    expect(secondFailure.every((f) => f.connectionsLostAtOnce > 0 && f.connectionsLostLater === 0)).toBe(true);
  }, 60_000);

  it('spread: the load is divided, and a limit that one member would pass is said to be passed', async () => {
    const spread = await measure('spread', 1_000_000);
    const most = Math.max(...spread.afterOne!.members.map((m) => m.slots));
    expect(most).toBeLessThanOrEqual(172);
    expect(spread.nPlusOne).toBe(true);
    const busiest = spread.afterOne!.busiest!.packetsPerSec;
    expect((await measure('spread', busiest - 1)).nPlusOne).toBe(false);
  }, 60_000);

  it('of a log that holds nothing is nothing', () => {
    const state = groupOf([], 'SG1');
    const load = { packetsPerSec: new Float64Array(0), connections: new Float64Array(0) };
    expect(capacityOf(state, load, null)).toMatchObject({ nPlusOne: false, afterOne: null, afterTwoAtOnce: null });
  });
});
