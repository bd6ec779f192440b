import { describe, expect, it } from '@jest/globals';
import { FRAME, PacketFrameReader, REASONS, type Channel } from '@rehearsal/protocol';
import { EgressHold } from './egress-hold.js';
import type { Awaited } from './peer-way.js';

/** Two orchestrators' channels with room for so many frames; `sent` lists the packets they took, in order. */
function given(rooms: Record<string, number>) {
  const sent: string[] = [];
  const reader = new PacketFrameReader();
  const channels = Object.keys(rooms).map((name) => {
    const send = (type: number, words: Int32Array, wordCount: number): number => {
      if (rooms[name] === 0) return 0;
      rooms[name]!--;
      expect(type).toBe(FRAME.answer);
      reader.open(words.slice(0, wordCount));
      while (reader.next()) sent.push(`${name} #${reader.id}`);
      return 1;
    };
    return { send } as unknown as Channel;
  });
  const hold = new EgressHold();
  const answer = (channel: Channel, number: number, awaited: Awaited[] = []): void => {
    hold.writerFor(channel).addBare(number, 0, REASONS.out_of_state, 1);
    hold.close(awaited);
  };
  return { hold, channels: channels as [Channel, Channel], sent, answer };
}

const waitingFor = (member: number): Awaited => ({ member, linkSeq: 0, done: false });

describe('answers on their way to orchestrators', () => {
  it('leave in order, once what they depend on is acknowledged', () => {
    const { hold, channels, sent, answer } = given({ a: 9, b: 9 });
    const [a, b] = channels;
    const copy = waitingFor(2);
    answer(a, 1, [copy]);
    answer(b, 2);
    answer(a, 3);
    expect([sent, hold.waiting, hold.isEmpty]).toEqual([[], 3, false]);
    copy.done = true;
    hold.release();
    expect(sent).toEqual(['a #1', 'b #2', 'a #3']);
    expect([hold.waiting, hold.isEmpty]).toEqual([0, true]);
  });

  it('wait in order where an orchestrator takes no more, and keep no other one waiting', () => {
    const rooms = { a: 1, b: 9 };
    const { hold, channels, sent, answer } = given(rooms);
    const [a, b] = channels;
    for (const number of [1, 2, 3]) answer(a, number);
    const copy = waitingFor(2);
    answer(b, 4, [copy]);
    copy.done = true;
    hold.release();
    answer(b, 5);
    expect(sent).toEqual(['a #1', 'b #4', 'b #5']);
    expect([hold.waiting, hold.isEmpty]).toEqual([2, false]);
    rooms.a = 1;
    answer(a, 6);
    expect(sent.slice(3)).toEqual(['a #2']);
    rooms.a = 9;
    hold.release();
    expect(sent.slice(4)).toEqual(['a #3', 'a #6']);
    expect([hold.waiting, hold.isEmpty]).toEqual([0, true]);
  });

  it('are forgotten with the orchestrator they were for', () => {
    const { hold, channels, sent, answer } = given({ a: 0, b: 9 });
    const [a, b] = channels;
    const copy = waitingFor(2);
    answer(a, 1);
    answer(a, 2, [copy]);
    answer(b, 3, [copy]);
    hold.forgetChannel(a);
    expect([hold.waiting, sent]).toEqual([2, []]);
    hold.forgetMember(2);
    expect([hold.isEmpty, sent]).toEqual([true, ['b #3']]);
  });
});
