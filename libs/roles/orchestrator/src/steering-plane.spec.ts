import { describe, expect, it } from '@jest/globals';
import { REASONS } from '@rehearsal/protocol';
import { given, table } from './testing/plane.js';

describe('the steering plane', () => {
  it('hands a slot over without letting newer packets pass older ones', () => {
    const { log, left, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12);
    fold(table(6, 2, 6));
    arrive(13);
    expect(log).toEqual(['1_01 #1 =11', '1_01 #2 =12']);
    answer({ 1: 0 });
    expect(log).toHaveLength(2);
    answer({ 2: REASONS.nack });
    expect(log.slice(2)).toEqual(['1_02 #2 =12', '1_02 #3 =13']);
    answer({ 2: 0, 3: 0 });
    expect(left).toEqual(['11 delivered', '12 delivered', '13 delivered']);
  });

  it('says which member had each packet, which of them judged a corrected one, and what was steered again', () => {
    const { said, arrive, answer, answerFromHome, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12, 13, 14);
    answer({ 1: 0 });
    answerFromHome(7, 5, 2);
    answer({ 3: REASONS.policy_drop });
    expect(said).toEqual(['11 by 1', '12 by 1 home 1', '13 by 1']);
    fold(table(6, 2, 6));
    answer({ 4: REASONS.nack });
    answer({ 4: 0 }, 2);
    expect(said.slice(3)).toEqual(['14 by 2 re-steered']);
  });

  it('says with which member packets were lost, and of what was steered again with whom it came out', () => {
    const lossy = given('vendor');
    lossy.table(table(5, 1, 5));
    lossy.arrive(11);
    lossy.table(table(6, 2, 6, [1]));
    expect([lossy.left, lossy.said]).toEqual([['11 lost_in_member'], ['11 by 1']]);
    const lossless = given('lossless');
    lossless.table(table(5, 1, 5));
    lossless.arrive(11);
    lossless.table(table(6, 2, 6, [1]));
    lossless.arrive(12);
    lossless.answer({ 1: 0, 2: 0 }, 2);
    expect(lossless.said).toEqual(['11 by 2 re-steered', '12 by 2']);
  });

  it('waits for the old member even when the slot comes back to it under a newer epoch', () => {
    const { log, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11);
    fold(table(6, 2, 6));
    fold(table(7, 1, 7));
    arrive(12);
    expect(log).toEqual(['1_01 #1 =11']);
    answer({ 1: REASONS.nack });
    expect(log.slice(1)).toEqual(['1_01 #1 =11', '1_01 #2 =12']);
  });

  it('sends what a lost member did not answer to the new active, in order and under the same numbers', () => {
    const { log, left, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12, 13);
    answer({ 1: 0 });
    fold(table(6, 2, 6, [1]));
    arrive(14);
    expect(log.slice(3)).toEqual(['1_02 #2 =12', '1_02 #3 =13', '1_02 #4 =14']);
    answer({ 2: 0, 3: 0, 4: 0 });
    expect(left).toEqual(['11 delivered', '12 delivered', '13 delivered', '14 delivered']);
  });

  it('sends again what a lost home judged, and before anything later of the slot leaves, whoever judged that', () => {
    const { log, left, arrive, answer, answerFromHome, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12);
    // Another home moved: the slot that packets come in by stays where it is.
    const moved = table(6, 1, 5);
    fold({ ...moved, epoch: moved.epoch.map((epoch, slot) => (slot === 7 ? 6 : epoch)) });
    arrive(13);
    answerFromHome(7, 5, 1);
    answer({ 3: 0 });
    expect(left).toEqual([]);
    expect(log).toHaveLength(3);
    answerFromHome(7, 6, 2);
    expect(left).toEqual([]);
    expect(log.slice(3)).toEqual(['1_01 #1 =11', '1_01 #2 =12', '1_01 #3 =13']);
    answerFromHome(7, 6, 1, 2);
    answer({ 3: 0 });
    expect(left).toEqual(['11 delivered', '12 delivered', '13 delivered']);
  });

  it('stamps what it steers by a new table with that version, batches that are full at once too', () => {
    const { log, versions, arrive, table: fold } = given('lossless', { 'batch.maxPackets': 2 });
    fold(table(5, 1, 5));
    arrive(11, 12, 13);
    fold(table(6, 2, 6, [1]));
    expect(log.slice(3)).toEqual(['1_02 #1 =11', '1_02 #2 =12', '1_02 #3 =13']);
    expect(versions).toEqual([5, 5, 6, 6]);
  });

  it('sends a batch that found no room with the version it was steered by, although the slot has been away since', () => {
    const { log, versions, room, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11);
    room(0);
    arrive(12);
    fold(table(6, 2, 6));
    fold(table(7, 1, 7));
    room(2);
    expect(log).toEqual(['1_01 #1 =11', '1_01 #2 =12']);
    // Under the table of now its member would take the second, and send the first back.
    expect(versions).toEqual([5, 5]);
    answer({ 1: REASONS.nack, 2: REASONS.nack });
    expect(log.slice(2)).toEqual(['1_01 #1 =11', '1_01 #2 =12']);
    expect(versions.slice(2)).toEqual([7]);
  });

  it('names what a lost member did not answer where nothing is sent again', () => {
    const { log, left, at, arrive, table: fold, plane } = given('vendor');
    fold(table(5, 1, 5));
    arrive(11);
    at(1500);
    for (const member of plane.ways.all) member.lastHeardMs = 1400;
    arrive(12);
    fold(table(6, 2, 6, [1]));
    expect(log).toHaveLength(2);
    expect(left).toEqual(['11 lost_in_member', '12 dead_window']);
  });

  it('drops packets by name when the last member is lost', () => {
    const { left, arrive, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11);
    fold(table(6, 0, 6, [1, 2]));
    arrive(12);
    expect(left).toEqual(['11 no_active_member', '12 no_active_member']);
  });

  it('lets a packet leave once however often it is answered, and twice with de-duplication off', () => {
    for (const dedup of [true, false]) {
      const { left, arrive, answer, table: fold } = given('lossless', { 'egress.dedup': dedup });
      fold(table(5, 1, 5));
      arrive(11);
      answer({ 1: 0 });
      answer({ 1: 0 });
      expect(left).toHaveLength(dedup ? 1 : 2);
    }
  });

  it('passes by, or names, what is not IPv4', () => {
    const other = (tag: number, version: number) => [tag, new Int32Array([version << 4]), 4] as const;
    for (const [choice, said] of [
      ['pass', ['11 delivered', '12 delivered']],
      ['drop', ['11 unsupported_ipv6', '12 unsupported_non_ip']],
    ] as const) {
      const { log, left, arrive, table: fold } = given('lossless', { 'policy.other': choice });
      fold(table(5, 1, 5));
      arrive(other(11, 6), other(12, 0));
      expect([log, left]).toEqual([[], said]);
    }
  });

  it('names packets that find no room', () => {
    const { left, arrive, table: fold } = given('lossless', { 'hold.maxPackets': 1 });
    fold(table(5, 1, 5));
    for (let tag = 1; tag <= 1100; tag++) arrive(tag);
    expect(left).toContain('1100 hold_overflow');
    expect(left).not.toContain('1 hold_overflow');
  });
});
