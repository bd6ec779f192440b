import { describe, expect, it } from '@jest/globals';
import type { LostPacketRow, Placement } from '@rehearsal/experiment';
import { resolveSettings } from '@rehearsal/kernel';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { ReportedFlow } from '@rehearsal/verbs';
import type { SlotChange } from './slot-record.js';
import { storyOf, type StorySources } from './story.js';

const START_MS = 1_000_000;
const [HOME, OTHER] = [7, 9];

const row = (changes: Partial<ConnectionRow> = {}): ConnectionRow =>
  ({
    id: 1,
    tuple: '10.1.0.1:4000>198.18.0.1:443/tcp',
    from: 'inside',
    seenAs: null,
    service: 'https',
    openedMs: START_MS + 1_000,
    closedMs: START_MS + 9_000,
    outcome: 'done',
    longestSilenceMs: 0,
    ...changes,
  }) as ConnectionRow;

const change = (atMs: number, seq: number, holders: Partial<SlotChange>): SlotChange =>
  ({
    active: null,
    backup: null,
    joining: null,
    atMs,
    site: 1,
    seq,
    stream: 'sg',
    version: seq,
    events: [],
    ...holders,
  }) as SlotChange;

const lost = (sentMs: number, changes: Partial<LostPacketRow> = {}): LostPacketRow =>
  ({
    kind: 'lost',
    reason: 'dead_window',
    via: '1_1',
    slot: HOME,
    member: '1_03',
    sentMs,
    judgedMs: sentMs + 20,
    ...changes,
  }) as LostPacketRow;

/** What is said of it, as `+3000 decided sg: …`. */
function told(changes: Partial<StorySources> & { readonly changes?: readonly SlotChange[] } = {}): string[] {
  const { changes: slotChanges = [], ...given } = changes;
  const place: Placement = { home: HOME, entries: [], copied: 'delayed' };
  const story = storyOf({
    row: row(),
    place,
    parent: undefined,
    children: [],
    changesOf: (slot) => (slot === HOME ? slotChanges : []),
    faults: [],
    faultAtMs: null,
    packets: [],
    reported: [],
    settings: resolveSettings('vendor', { 'sync.delayMs': 2_500 }),
    endedAtMs: START_MS + 20_000,
    ...given,
  });
  return story.map(
    ({ atMs, kind, place: at, text }) => `+${atMs - START_MS} ${kind}${at === '' ? '' : ` ${at}`}: ${text}`,
  );
}

describe("a connection's story", () => {
  const before = change(START_MS + 100, 3, { active: '1_03', backup: '1_01' });
  const takenOver = change(START_MS + 4_000, 8, { active: '1_01', joining: '1_02' });
  const later = change(START_MS + 9_001, 9, { active: '1_01', backup: '1_02' });

  it('begins with where it was held and how it was copied, and has the decisions that touched its slot while it lived', () => {
    expect(told({ changes: [before, takenOver, later] })).toEqual([
      '+1000 begins: https, from inside',
      '+1000 held 1:3 sg:3: slot 7 is its home: served by 1_03, backup 1_01',
      '+1000 copied: it is copied once it is older than 2500 ms',
      '+4000 decided 1:8 sg:8: : slot 7: 1_01 serves it (was 1_03), no backup in step (was 1_01), to be copied to 1_02',
      '+9000 ends: it comes to its end',
    ]);
  });

  it('has what members reported, after its beginning even where a clock of theirs is behind', () => {
    const report = (atMs: number, member: string, text: string) => ({ atMs, member, text }) as ReportedFlow;
    const reported = [
      report(START_MS + 990, '1_03', 'begins in slot 7'),
      report(START_MS + 3_500, '1_03', '1_01 has a copy of it'),
      report(START_MS + 4_100, '1_01', 'serves it now'),
    ];
    expect(told({ changes: [before, takenOver], reported }).map((line) => line.split(':')[0])).toEqual([
      '+1000 begins',
      '+1000 held 1',
      '+1000 copied',
      '+990 member 1_03',
      '+3500 member 1_03',
      '+4000 decided 1',
      '+4100 member 1_01',
      '+9000 ends',
    ]);
  });

  it('names the slots that its packets come in by beside its home, and what it follows from', () => {
    const place: Placement = { home: HOME, entries: [OTHER], copied: 'immediate' };
    const parent = row({ tuple: '10.1.0.1:3999>198.18.0.1:21/tcp' });
    const seenAs = '203.0.113.1:900>198.18.0.1:443';
    expect(told({ row: row({ seenAs }), place, parent, changes: [before] }).slice(0, 4)).toEqual([
      "+1000 begins: https, from inside, announced by 10.1.0.1:3999>198.18.0.1:21/tcp; the server's side sees " +
        seenAs,
      '+1000 held 1:3 sg:3: slot 7 is its home: served by 1_03, backup 1_01',
      '+1000 held: packets of it come in by slot 9, too: nobody serves it',
      '+1000 copied: each change of it is copied at once, since it has two legs',
    ]);
  });

  it('says of no slot that it is its home for sure, where it began while packets came to be spread otherwise', () => {
    const place: Placement = { home: HOME, entries: [OTHER], mayBeHome: [OTHER], copied: null };
    expect(told({ place, changes: [before] }).slice(1, 3)).toEqual([
      '+1000 held 1:3 sg:3: slot 7 may be its home: served by 1_03, backup 1_01',
      '+1000 held: slot 9 may be its home: nobody serves it',
    ]);
  });

  it('has what was done to the fabric meanwhile, and packets that did not come out, together where they were sent in a row', () => {
    const fault = (atMs: number) => ({ atMs, fault: 'panic', target: 'member 1_03', detail: {} });
    const packets = [
      lost(START_MS + 5_100),
      lost(START_MS + 5_000),
      lost(START_MS + 5_700),
      lost(START_MS + 5_050, { kind: 'dropped', reason: 'out_of_state', slot: null, member: null, judgedMs: null }),
    ];
    const faults = [fault(START_MS + 998), fault(START_MS + 999), fault(START_MS + 3_000)];
    expect(told({ faults, faultAtMs: START_MS + 998 })[0]).toBe('+998 fault member 1_03: panic member 1_03');
    expect(told({ faults, packets }).slice(3, -1)).toEqual([
      '+3000 fault member 1_03: panic member 1_03',
      '+5000 packets orchestrator 1_1, slot 7: 2 packets lost by 1_03: dead_window, sent within 100 ms; known 20 ms later',
      '+5050 packets orchestrator 1_1: 1 packet dropped: out_of_state',
      '+5700 packets orchestrator 1_1, slot 7: 1 packet lost by 1_03: dead_window; known 20 ms later',
    ]);
  });

  it('ends with how it ended, where the run ended before it with that, and with its longest silence', () => {
    expect(told({ row: row({ outcome: 'gave_up', longestSilenceMs: 7_001 }) }).at(-1)).toBe(
      '+9000 ends: its client gives up; longest silence 7001 ms',
    );
    expect(told({ row: row({ outcome: 'open', closedMs: null }) }).at(-1)).toBe('+20000 ends: it is open still');
  });

  it('is short where nothing was ever sent', () => {
    const parent = row({ outcome: 'gave_up' });
    const unsent = row({ outcome: 'unstarted', openedMs: null, closedMs: null });
    expect(told({ row: unsent, parent })).toEqual([
      `+20000 ends: nothing of it was ever sent; what was to announce it, ${parent.tuple}, ended: gave_up`,
    ]);
  });
});
