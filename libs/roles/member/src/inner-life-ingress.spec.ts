import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '@rehearsal/kernel/testing';
import type { Channel } from '@rehearsal/protocol';
import { PacketFrameReader, PacketFrameWriter, reasonName } from '@rehearsal/protocol';
import { Ingress } from './inner-life-ingress.js';

const SLOT = 9;

/** Batches of packets numbered as given. */
function batch(...numbers: number[]): Int32Array {
  const writer = new PacketFrameWriter();
  for (const number of numbers) writer.addBare(number, 0, 0, SLOT);
  writer.finish();
  return writer.words.slice(0, writer.at);
}

function given(busyUsPerPacket: number, maxPackets = 10, maxWaitMs = 1000) {
  const time = new VirtualTime(0);
  const channel = {} as Channel;
  const writer = new PacketFrameWriter();
  const reader = new PacketFrameReader();
  let spentUs = 0;
  let busy = busyUsPerPacket;
  const served: string[] = [];
  const ingress = new Ingress({
    // What is spent is time that passes for nobody else.
    rt: {
      nowMs: () => time.nowMs() + spentUs / 1000,
      after: (delayMs: number, run: () => void) => time.after(delayMs, run),
      spend: (us: number) => (spentUs += us),
      count: () => undefined,
    } as never,
    maxPackets,
    maxWaitMs,
    busyUsPerPacket: () => busy,
    serve: (words) => {
      reader.open(words);
      while (reader.next()) served.push(`${reader.id} at ${time.nowMs() + spentUs / 1000}`);
    },
    writerFor: () => writer,
    onServed: () => undefined,
  });
  const refused = (): string[] => {
    const said: string[] = [];
    writer.finish();
    reader.open(writer.words.slice(0, writer.at));
    while (reader.next()) said.push(`${reader.id} ${reasonName(reader.code)} ${reader.aux}`);
    return said;
  };
  return { ingress, time, channel, served, refused, lighten: () => (busy = 0), spentMs: () => spentUs / 1000 };
}

describe('packets on their way into a member', () => {
  it('go straight through while nothing burdens it', () => {
    const { ingress, channel, served } = given(0);
    ingress.take(batch(1, 2), channel);
    expect(served).toEqual(['1 at 0', '2 at 0']);
  });

  it('wait for what those before them cost, in order, in pieces that let signs of life go out', () => {
    const { ingress, channel, served, time, spentMs } = given(4000);
    ingress.take(batch(1, 2), channel);
    ingress.take(batch(3), channel);
    expect([served, ingress.packets]).toEqual([[], 3]);
    const pieces: number[] = [];
    for (let before = 0; time.step(); before = spentMs()) pieces.push(spentMs() - before);
    expect(served).toEqual(['1 at 8', '2 at 8', '3 at 12']);
    expect(pieces).toEqual([5, 5, 2]);
    expect(ingress.packets).toBe(0);
  });

  it('are dropped by name when the line is full', () => {
    const { ingress, channel, refused, served, time } = given(1000, 3);
    ingress.take(batch(1, 2), channel);
    ingress.take(batch(3, 4), channel);
    ingress.take(batch(5), channel);
    expect(refused()).toEqual([`3 queue_overflow ${SLOT}`, `4 queue_overflow ${SLOT}`]);
    time.runUntilIdle();
    expect(served.map((s) => s.split(' ')[0])).toEqual(['1', '2', '5']);
  });

  it('are dropped by name, unpaid, when they have stood in line for too long', () => {
    const { ingress, channel, refused, served, time, spentMs } = given(30_000, 10, 50);
    for (const number of [1, 2, 3]) ingress.take(batch(number), channel);
    time.runUntilIdle();
    expect(served.map((s) => s.split(' ')[0])).toEqual(['1', '2']);
    expect(refused()).toEqual([`3 cpu_overload ${SLOT}`]);
    expect(spentMs()).toBe(60);
  });

  it('keep their order when the burden is taken off', () => {
    const { ingress, channel, served, time, lighten } = given(1000);
    ingress.take(batch(1), channel);
    lighten();
    ingress.take(batch(2), channel);
    expect(served).toEqual([]);
    time.runUntilIdle();
    expect(served).toEqual(['1 at 1', '2 at 1']);
    ingress.take(batch(3), channel);
    expect(served).toHaveLength(3);
  });

  it('are forgotten with their orchestrator, and with the life of the member', () => {
    const { ingress, channel, served, time } = given(1000);
    ingress.take(batch(1), channel);
    ingress.take(batch(2), {} as Channel);
    ingress.forgetChannel(channel);
    expect(ingress.packets).toBe(1);
    ingress.clear();
    time.runUntilIdle();
    expect([served, ingress.packets]).toEqual([[], 0]);
  });
});
