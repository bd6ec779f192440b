import { describe, expect, it } from '@jest/globals';
import { Buffers } from './buffers.js';

describe('buffers that are used again', () => {
  it('are as long as they were asked for, aligned, and the same memory once given back', () => {
    const buffers = new Buffers();
    for (const bytes of [0, 1, 4, 63, 64, 65, 8_000, 1 << 20, (1 << 20) + 1]) {
      const taken = buffers.take(bytes);
      expect([taken.length, taken.byteOffset % 4]).toEqual([bytes, 0]);
    }
    const first = buffers.take(100);
    const second = buffers.take(100);
    expect(second.buffer).not.toBe(first.buffer);
    buffers.give(first);
    // The next size up has none to give; one between has.
    expect(buffers.take(129).buffer).not.toBe(first.buffer);
    expect(buffers.take(128).buffer).toBe(first.buffer);
    expect(buffers.take(128).buffer).not.toBe(first.buffer);
  });

  it('are not kept beyond some megabytes', () => {
    const buffers = new Buffers();
    const taken = Array.from({ length: 40 }, () => buffers.take(1 << 17));
    for (const bytes of taken) buffers.give(bytes);
    const again = new Set(Array.from({ length: 40 }, () => buffers.take(1 << 17).buffer));
    expect(taken.filter((bytes) => again.has(bytes.buffer))).toHaveLength(16);
  });
});
