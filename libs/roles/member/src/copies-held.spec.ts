import { describe, expect, it } from '@jest/globals';
import { ConnectionTable } from '@rehearsal/dataplane';
import { HEADER_WORDS } from '@rehearsal/protocol';
import type { DataplaneTable } from '@rehearsal/security-group';
import { CopiesHeld, type CopiesHeldParts } from './copies-held.js';
import { Duties } from './duties.js';

const ME = 3;
const SLOT = 5;

/** This member's place for the slot, and what becomes of its copy when a member says that the copy begins anew. */
function given(rows: { active: number; backup: number; joining: number }, lives: readonly number[]) {
  const at = (value: number): number[] => Array.from({ length: 8 }, () => value);
  const table = {
    version: 9,
    active: at(rows.active),
    backup: at(rows.backup),
    joining: at(rows.joining),
    joiningSince: at(0),
    epoch: at(7),
    incarnation: Float64Array.from([0, ...lives]),
  } as unknown as DataplaneTable;
  const duties = new Duties(8, ME);
  duties.change(table);
  const connections = new ConnectionTable({ capacity: 16, slots: 8, baseMs: 0 });
  const dropped: number[] = [];
  connections.dropSlot = (slot) => dropped.push(slot);
  const rt = { count: () => {} };
  const peers = { memberOf: (channel: { member: number }) => channel.member };
  const copies = new CopiesHeld({ rt, connections, duties, peers } as unknown as CopiesHeldParts);
  const beginAnew = (member: number, peerIncarnation: number): void => {
    const words = new Int32Array(HEADER_WORDS + 2);
    words.set([1, SLOT], HEADER_WORDS);
    copies.onDelta(words, { member, peerIncarnation } as never);
  };
  return { dropped, beginAnew };
}

describe('a copy held here is begun anew', () => {
  it.each([
    ['backup', { active: 1, backup: ME, joining: 0 }],
    ['joining member', { active: 1, backup: 0, joining: ME }],
  ])('by the member that is active, for its %s', (_what, rows) => {
    const { dropped, beginAnew } = given(rows, [4, 4, 4]);
    beginAnew(1, 4);
    expect(dropped).toEqual([SLOT]);
  });

  it.each([
    ['is lost, and another is active', 2, 0],
    ['is active in a newer life', 1, 5],
  ])('by no member that %s, and has not heard of it yet', (_what, active, life) => {
    const { dropped, beginAnew } = given({ active, backup: ME, joining: 0 }, [life, 4, 4]);
    beginAnew(1, 4);
    expect(dropped).toEqual([]);
  });

  it('by whoever was active before, as long as this member does not serve the slot yet', () => {
    const { dropped, beginAnew } = given({ active: ME, backup: 0, joining: 0 }, [0, 4, 4]);
    beginAnew(1, 4);
    expect(dropped).toEqual([SLOT]);
  });
});
