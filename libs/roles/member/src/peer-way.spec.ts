import { describe, expect, it } from '@jest/globals';
import type { Channel } from '@rehearsal/protocol';
import { FRAME } from '@rehearsal/protocol';
import { PeerWay } from './peer-way.js';

/** A way whose channel has room for so many frames, and what left by it: value and table version. */
function given(room: number) {
  const left: [value: number, tableVersion: number][] = [];
  const channel = {
    tableVersion: 0,
    send: (_type: number, words: Int32Array, _count: number, tableVersion = channel.tableVersion) => {
      if (left.length === room) return 0;
      return left.push([words[0] as number, tableVersion]);
    },
  } as unknown as Channel & { tableVersion: number };
  const way = new PeerWay(channel, () => {});
  return {
    left,
    say: (value: number, tableVersion: number) => {
      channel.tableVersion = tableVersion;
      way.send(FRAME.forward, Int32Array.of(value), 1, undefined);
    },
    more: (frames: number) => {
      room += frames;
      channel.onAcked?.(left.length);
    },
  };
}

describe('the way to a member', () => {
  it('keeps what finds no room, and sends it in order with the version each was written under', () => {
    const { left, say, more } = given(1);
    say(1, 5);
    say(2, 6);
    say(3, 7);
    expect(left).toEqual([[1, 5]]);
    more(1);
    say(4, 8);
    more(2);
    expect(left).toEqual([
      [1, 5],
      [2, 6],
      [3, 7],
      [4, 8],
    ]);
  });
});
