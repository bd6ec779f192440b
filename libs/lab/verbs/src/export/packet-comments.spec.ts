import { describe, expect, it } from '@jest/globals';
import { emitAux, RECORD_FLAG, REASONS } from '@rehearsal/protocol';
import { HOW, type CapturedFate, type CapturedPacket } from '@rehearsal/traffic';
import { laterComment, memberOf, packetComment, packetFate } from './packet-comments.js';

const PLACES = { members: ['1_01', '1_02', '1_03'], orchestrators: ['1_1', '1_2'], isShort: false };
const fateOf = (over: Partial<CapturedFate>): CapturedFate => ({
  how: HOW.delivered,
  code: 0,
  flags: 0,
  aux: emitAux(200, 2),
  atUs: 3_204,
  ...over,
});
const packetOf = (fate: CapturedFate | undefined, later?: CapturedFate[]): CapturedPacket => ({
  tag: 7,
  connection: 3,
  side: 0,
  way: 1,
  atUs: 2_000,
  bytes: new Uint8Array(),
  fate,
  later,
});
const lost = (code: number, member: number): CapturedFate => fateOf({ how: HOW.judged, code, aux: emitAux(9, member) });

describe('the comment of a packet', () => {
  it.each<[string, CapturedFate | undefined]>([
    ['delivered by 1_02 after 1.204 ms', fateOf({})],
    ['delivered past the members by orchestrator 1_2 after 1.204 ms', fateOf({ aux: 0 })],
    ['delivered by 1_02 after 1.204 ms with other content', fateOf({ how: HOW.corrupted })],
    [
      'delivered by 1_02 after 1.204 ms; corrected: judged by 1_03, which serves its connection',
      fateOf({ flags: RECORD_FLAG.corrected, aux: emitAux(511, 2, 3) }),
    ],
    ['delivered by 1_02 after 1.204 ms; re-steered on the way', fateOf({ flags: RECORD_FLAG.resteered })],
    ['dropped by 1_02 after 1.204 ms: policy_drop', lost(REASONS.policy_drop, 2)],
    ['dropped by orchestrator 1_2 after 1.204 ms: hold_overflow', lost(REASONS.hold_overflow, 0)],
    ['lost in 1_03 after 1.204 ms: lost_in_member', lost(REASONS.lost_in_member, 3)],
    ['lost on the way to 1_03 after 1.204 ms: dead_window', lost(REASONS.dead_window, 3)],
    ['lost with orchestrator 1_2 after 1.204 ms: orchestrator_lost', lost(REASONS.orchestrator_lost, 0)],
    [
      'lost with orchestrator 1_2 after 1.204 ms: orchestrator_lost',
      fateOf({ how: HOW.presumed, code: REASONS.orchestrator_lost, aux: 0 }),
    ],
    ['no word of the fabric', undefined],
  ])('says %s', (text, fate) => {
    expect(packetComment(packetOf(fate), PLACES)).toBe(`${text} [packet 7, connection 3]`);
  });

  it('says of a packet without a word that words are missing, where the capture is short of some', () => {
    const text = packetComment(packetOf(undefined), { ...PLACES, isShort: true });
    expect(text).toBe('no word of the fabric was captured [packet 7, connection 3]');
  });

  it('says which copy came first, of the first one and of the others', () => {
    const copy = fateOf({ how: HOW.copy, atUs: 4_000, aux: emitAux(200, 1) });
    const packet = packetOf(fateOf({}), [copy]);
    const about = '[packet 7, connection 3]';
    expect(packetComment(packet, PLACES)).toBe(
      `delivered by 1_02 after 1.204 ms; came first: another copy came after it ${about}`,
    );
    expect(packetComment({ ...packet, later: [copy, copy] }, PLACES)).toContain(
      'came first: 2 other copies came after it',
    );
    expect(laterComment(packet, copy, PLACES)).toBe(`copy by 1_01 after 2.000 ms: the first came by 1_02 ${about}`);
  });

  it('says of one that came too late that it stays lost', () => {
    const late = fateOf({ how: HOW.overtaken, atUs: 9_000 });
    const packet = packetOf(fateOf({ how: HOW.presumed, code: REASONS.orchestrator_lost, aux: 0 }), [late]);
    expect(packetComment(packet, PLACES)).toMatch(/^lost with orchestrator 1_2/);
    expect(laterComment(packet, late, PLACES)).toMatch(
      /^came out late by 1_02 after 7\.000 ms, behind newer packets of its direction: counted as lost/,
    );
  });
});

describe('what a packet counts as', () => {
  it('is what the ledger says, and the member is the one that had it last', () => {
    expect(packetFate(undefined)).toEqual({ kind: 'unexplained' });
    expect(packetFate(fateOf({ how: HOW.corrupted }))).toEqual({ kind: 'delivered' });
    expect(packetFate(lost(REASONS.policy_drop, 1))).toEqual({ kind: 'dropped', reason: 'policy_drop' });
    expect(packetFate(lost(REASONS.dead_window, 1))).toEqual({ kind: 'lost', reason: 'dead_window' });
    expect([memberOf(undefined, PLACES), memberOf(fateOf({ aux: 5 }), PLACES), memberOf(fateOf({}), PLACES)]).toEqual([
      undefined,
      undefined,
      '1_02',
    ]);
  });
});
