import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { flowSubject } from '@rehearsal/protocol';
import type { LiveRuntime } from './live-runtime.js';
import { busState, TestBus, Until } from './test-support.js';

// Real servers: what takes a moment on a free machine takes seconds on a loaded one.
jest.setTimeout(30_000);

const SUBJECT = flowSubject('1_01');
const BATCH_BYTES = 1024;

let bus: TestBus;
afterEach(() => bus.close());

/** A report that its number can be read from. */
function batch(number: number): Uint8Array {
  const words = new Uint32Array(BATCH_BYTES / 4);
  words[0] = number;
  return new Uint8Array(words.buffer);
}

const numberOf = (bytes: Uint8Array): number => new Uint32Array(bytes.slice(0, 4).buffer)[0]!;

/** Follows the stream as the lab does; `that` resolves with the numbers in it once `isAll` says so. */
function following(lab: LiveRuntime): { that(isAll: (numbers: readonly number[]) => boolean): Promise<number[]> } {
  const numbers: number[] = [];
  const until = new Until();
  lab.followFlows(1, ({ stream, bytes }) => {
    expect([stream, bytes.length]).toEqual(['1_01', BATCH_BYTES]);
    numbers.push(numberOf(bytes));
    until.changed();
  });
  return { that: (isAll) => until.that(() => isAll(numbers)).then(() => numbers) };
}

/** Hands over reports `from` to `to`, each as soon as it is taken. */
async function handOver(member: LiveRuntime, from: number, to: number): Promise<void> {
  for (let number = from; number <= to;) {
    if (member.report(SUBJECT, batch(number))) number++;
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('reports of a member', () => {
  it('are kept in order, and no more of them are under way than there is room for', async () => {
    bus = await TestBus.start({ flowMaxBytes: 1 << 20 });
    const member = await bus.runtime('member', '1_01');
    const taken = Array.from({ length: 100 }, (_, i) => member.report(SUBJECT, batch(i + 1)));
    const isFull = taken.indexOf(false);
    expect(isFull).toBeGreaterThan(0);
    await handOver(member, isFull + 1, 200);
    const found = await following(await bus.runtime('lab', 'lab')).that((all) => all.length >= 200);
    expect(found).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  it.each(['killed', 'hung'] as const)(
    'are each kept once, whatever was under way when the bus was %s',
    async (how) => {
      bus = await TestBus.start({ flowMaxBytes: 1 << 20 });
      const member = await bus.runtime('member', '1_01', { logTimeoutMs: 300 });
      await handOver(member, 1, 40);
      // Nothing was read back yet: some of these are under way.
      if (how === 'killed') {
        await bus.server.kill();
        if (!member.report(SUBJECT, batch(0))) expect(member.health.bus).toBe('down');
        const back = busState(member, 'up');
        await bus.server.startAgain();
        await back;
      } else {
        bus.server.hang();
        expect(member.report(SUBJECT, batch(41))).toBe(true);
        // Not answered in time, so sent again; and once more after that.
        await new Promise<void>((resolve) => member.after(1500, resolve));
        bus.server.resume();
      }
      await handOver(member, 42, 100);
      const lab = await bus.runtime('lab', 'lab');
      const found = await following(lab).that((all) => all.includes(100) && [1, 40, 42].every((n) => all.includes(n)));
      const numbered = found.filter((n) => n !== 0 && n !== 41).sort((a, b) => a - b);
      expect(numbered).toEqual([
        ...Array.from({ length: 40 }, (_, i) => i + 1),
        ...Array.from({ length: 59 }, (_, i) => i + 42),
      ]);
      if (how === 'hung') expect(found.filter((n) => n === 41)).toEqual([41]);
    },
  );

  it('make room for later ones where the stream is full', async () => {
    bus = await TestBus.start({ flowMaxBytes: 65_536 });
    const member = await bus.runtime('member', '1_01');
    await handOver(member, 1, 300);
    const found = await following(await bus.runtime('lab', 'lab')).that((all) => all.includes(300));
    expect(found.length).toBeLessThan(64);
    expect(found).toEqual(Array.from({ length: found.length }, (_, i) => 301 - found.length + i));
  });
});
