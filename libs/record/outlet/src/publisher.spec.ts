import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Cancel } from '@rehearsal/kernel';
import { MemoryOutlet } from './testing/memory-outlet.js';
import { event } from './testing/outlet-contract.js';
import { Publisher, type OutletSource, type PublisherState } from './publisher.js';

const LIMITS = { retryFromMs: 200, retryToMs: 1_000, idleMs: 700 };

/** A source that grows, and keeps positions. */
class Shelf implements OutletSource {
  size = 0;
  readonly positions = new Map<string, number>();
  /** How many events it hands out at once. */
  page = 3;
  isAway = false;
  latest = '';

  last(): number {
    return this.size;
  }

  read(fromSeq: number) {
    if (this.isAway) return Promise.reject(new Error('the shelf is locked'));
    const length = Math.max(0, Math.min(this.page, this.size + 1 - fromSeq));
    return Promise.resolve(Array.from({ length }, (_, i) => event('s', fromSeq + i)));
  }

  confirmed(name = this.latest): Promise<number> {
    return Promise.resolve(this.positions.get(name) ?? 0);
  }

  confirm(name: string, seq: number): Promise<void> {
    this.positions.set(name, seq);
    this.latest = name;
    return Promise.resolve();
  }
}

/** Time that passes only where it is waited for. */
class Waits {
  readonly asked: number[] = [];
  readonly notes: string[] = [];
  readonly #waiting = new Set<() => void>();

  after(delayMs: number, run: () => void): Cancel {
    this.asked.push(delayMs);
    this.#waiting.add(run);
    return () => this.#waiting.delete(run);
  }

  note(_level: string, code: string): void {
    this.notes.push(code);
  }

  /** All that waits has waited long enough. */
  pass(): void {
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const run of due) run();
  }
}

/** Until everything that can happen without time passing has happened. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 200; i++) await Promise.resolve();
};

const begun: Publisher[] = [];
afterEach(async () => {
  for (const publisher of begun.splice(0)) {
    const stopped = publisher.stop(0);
    await settled();
    await stopped;
  }
});

function publish(outlet: MemoryOutlet, shelf: Shelf, waits = new Waits()) {
  const states: PublisherState[] = [];
  const publisher = new Publisher(outlet, shelf, waits, (state) => states.push(state), LIMITS);
  begun.push(publisher);
  publisher.start();
  return { publisher, states, waits };
}

const seqs = (outlet: MemoryOutlet, name?: string): number[] => outlet.events(name).map(({ seq }) => seq);

describe('what a publisher does', () => {
  it('publishes what is there and what comes, once, and lets go of a connection it does not need', async () => {
    const [outlet, shelf] = [new MemoryOutlet(), new Shelf()];
    shelf.size = 5;
    const { publisher, waits } = publish(outlet, shelf);
    await settled();
    expect(seqs(outlet)).toEqual([1, 2, 3, 4, 5]);
    expect(publisher.state).toEqual({ about: 'memory', state: 'up', publishedSeq: 5, lag: 0 });
    shelf.size = 7;
    publisher.wake();
    await settled();
    expect(seqs(outlet)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(outlet).toMatchObject({ opened: 1, isOpen: true });
    waits.pass();
    await settled();
    expect(outlet.isOpen).toBe(false);
    expect(waits.asked).toEqual([700, 700]);
    shelf.size = 8;
    publisher.wake();
    await settled();
    expect(seqs(outlet)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(outlet.opened).toBe(2);
    expect(waits.notes).toEqual([]);
  });

  it('goes on where another publisher was, and begins anew where nothing was confirmed under that name', async () => {
    const [outlet, shelf] = [new MemoryOutlet(), new Shelf()];
    shelf.size = 6;
    shelf.positions.set('memory 1', 4);
    shelf.latest = 'memory 1';
    const first = publish(outlet, shelf);
    await settled();
    expect(seqs(outlet)).toEqual([5, 6]);
    await first.publisher.stop(0);
    outlet.name = 'memory 2';
    shelf.size = 7;
    publish(outlet, shelf);
    await settled();
    expect(seqs(outlet, 'memory 2')).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...shelf.positions]).toEqual([
      ['memory 1', 6],
      ['memory 2', 7],
    ]);
  });

  it('tries an outlet that is away again and again, more and more slowly, and says that it lags and why', async () => {
    const [outlet, shelf] = [new MemoryOutlet(), new Shelf()];
    outlet.isAway = true;
    shelf.size = 2;
    const { publisher, waits, states } = publish(outlet, shelf);
    for (let i = 0; i < 5; i++) {
      await settled();
      // More to publish is no reason to hurry.
      shelf.size++;
      publisher.wake();
      await settled();
      expect(publisher.state).toEqual({
        about: 'memory',
        state: 'away',
        publishedSeq: 0,
        lag: shelf.size,
        reason: 'nobody listens',
      });
      waits.pass();
    }
    await settled();
    expect(waits.asked).toEqual([200, 400, 800, 1_000, 1_000, 1_000]);
    expect(waits.notes).toEqual(['outlet_away']);
    outlet.isAway = false;
    waits.pass();
    await settled();
    expect(seqs(outlet)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(publisher.state).toEqual({ about: 'memory', state: 'up', publishedSeq: 7, lag: 0 });
    expect(waits.notes).toEqual(['outlet_away', 'outlet_back']);
    expect(states.at(-1)).toEqual(publisher.state);
  });

  it('confirms nothing that was not taken, and skips nothing that the source cannot give', async () => {
    const [outlet, shelf] = [new MemoryOutlet(), new Shelf()];
    shelf.size = 4;
    shelf.isAway = true;
    const { publisher, waits } = publish(outlet, shelf);
    await settled();
    expect(publisher.state).toMatchObject({ state: 'away', lag: 4, reason: 'the shelf is locked' });
    shelf.isAway = false;
    shelf.page = 0;
    waits.pass();
    await settled();
    expect(publisher.state.reason).toMatch(/4 events of which 0 are published, saw none after those/);
    shelf.page = 2;
    outlet.faults.push('fail', 'ok', 'lose-answer');
    for (let i = 0; i < 3; i++) {
      waits.pass();
      await settled();
      expect(await shelf.confirmed('memory 1')).toBeLessThanOrEqual(seqs(outlet).at(-1) ?? 0);
    }
    expect(seqs(outlet)).toEqual([1, 2, 3, 4, 3, 4]);
  });

  it('loses nothing and overtakes nothing, whatever fails and whenever it is stopped', async () => {
    const fault = fc.constantFrom('ok' as const, 'fail' as const, 'lose-answer' as const);
    const life = fc.record({ more: fc.nat(9), faults: fc.array(fault, { maxLength: 6 }), passes: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { maxLength: 6 }), fc.integer({ min: 1, max: 4 }), async (lives, page) => {
        const [outlet, shelf] = [new MemoryOutlet(), new Shelf()];
        shelf.page = page;
        for (const { more, faults, passes } of [...lives, { more: 1, faults: [], passes: 1 }]) {
          outlet.faults.splice(0, Infinity, ...faults);
          shelf.size += more;
          const { publisher, waits } = publish(outlet, shelf);
          for (let i = 0; i < passes; i++) {
            await settled();
            waits.pass();
          }
          await settled();
          outlet.faults.splice(0);
          const stopped = publisher.stop(0);
          await settled();
          waits.pass();
          await stopped;
          const firsts = [...new Set(seqs(outlet))];
          expect(firsts).toEqual(firsts.map((_, i) => i + 1));
          expect(await shelf.confirmed('memory 1')).toBeLessThanOrEqual(firsts.length);
        }
        expect(new Set(seqs(outlet)).size).toBe(shelf.size);
      }),
      { numRuns: 60 },
    );
  });

  it('publishes at its end what there still is, and does not wait for an outlet that is away', async () => {
    const [outlet, shelf] = [new MemoryOutlet(), new Shelf()];
    const { publisher } = publish(outlet, shelf);
    await settled();
    shelf.size = 7;
    await publisher.stop(1_000);
    expect(seqs(outlet)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(outlet.isOpen).toBe(false);
    outlet.isAway = true;
    shelf.size = 9;
    const second = publish(outlet, shelf);
    await settled();
    await second.publisher.stop(1_000);
    expect(second.publisher.state).toMatchObject({ state: 'away', publishedSeq: 7, lag: 2 });
  });
});
