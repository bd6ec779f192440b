import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { QUEUED, SYNC, SYNC_SHIFT } from './connection-entry.js';
import { ConnectionTable, NONE, TABLE_FULL } from './connection-table.js';
import { connectionHash } from './steering.js';
import { noteChange, sent, takeToSend } from './sync-decision.js';
import { STATE } from './tcp.js';

const SLOTS = 2;
const CAPACITY = 12;
const STRICT = SYNC.strict << SYNC_SHIFT;
const TCP = 6;
const byNumber = (x: number, y: number) => x - y;
const byKey = (x: readonly number[], y: readonly number[]) => (x[0] as number) - (y[0] as number);

/** Few keys, so that they meet again; hash bits collide too, as the table has 64 buckets. */
const key = (k: number) => ({ a: k, b: k * 7 + 1, ports: k << 3, slot: k % SLOTS });
const hashOf = (k: number) => connectionHash(key(k).a, key(k).b, key(k).ports, TCP);

interface Entry {
  index: number;
  packets: number;
  told: boolean;
}

class Model {
  readonly live = new Map<number, Entry>();
  /** What the backup was told, in full: the packets of each key. */
  readonly backup = new Map<number, number>();
  /** Keys whose end the backup is still to be told. */
  readonly ends: number[] = [];
  /** Removed entries that wait in the queue. */
  waiting = 0;
}

class Real {
  readonly table = new ConnectionTable({ capacity: CAPACITY, slots: SLOTS, baseMs: 0 });
  find(k: number): number {
    const { a, b, ports } = key(k);
    return this.table.find(hashOf(k), a, b, ports, TCP);
  }
  keyAt(index: number): number {
    return this.table.words[index * 16] as number;
  }
  packetsAt(index: number): number {
    return this.table.words[index * 16 + 10] as number;
  }
}

type Command = fc.Command<Model, Real>;

function agree(m: Model, r: Real): void {
  expect(r.table.size).toBe(m.live.size);
  for (const [k, entry] of m.live) {
    expect(r.find(k)).toBe(entry.index);
    expect(r.packetsAt(entry.index)).toBe(entry.packets);
  }
  for (let slot = 0; slot < SLOTS; slot++) {
    const keys: number[] = [];
    for (let i = r.table.firstOf(slot); i !== NONE; i = r.table.nextOf(i)) keys.push(r.keyAt(i));
    const expected = [...m.live.keys()].filter((k) => k % SLOTS === slot);
    expect(keys.sort(byNumber)).toEqual(expected.sort(byNumber));
    expect(r.table.sizeOfSlot[slot]).toBe(expected.length);
  }
}

class Insert implements Command {
  readonly k: number;
  constructor(k: number) {
    this.k = k;
  }
  check = (m: Readonly<Model>) => !m.live.has(this.k);
  run(m: Model, r: Real): void {
    expect(r.find(this.k)).toBe(NONE);
    const { a, b, ports, slot } = key(this.k);
    const index = r.table.insert(hashOf(this.k), a, b, ports, TCP, STRICT, slot, 3, 10);
    if (m.live.size + m.waiting === CAPACITY) expect(index).toBe(TABLE_FULL);
    else {
      expect(index).toBeGreaterThanOrEqual(0);
      m.live.set(this.k, { index, packets: 0, told: false });
      expect([r.table.ruleOf(index), r.table.slotOf(index), r.table.stateOf(index)]).toEqual([3, slot, 0]);
    }
    agree(m, r);
  }
  toString = () => `insert ${this.k}`;
}

class Touch implements Command {
  readonly k: number;
  constructor(k: number) {
    this.k = k;
  }
  check = (m: Readonly<Model>) => m.live.has(this.k);
  run(m: Model, r: Real): void {
    const entry = m.live.get(this.k) as Entry;
    r.table.apply(entry.index, STATE.established, true, 0, 1, 20);
    noteChange(r.table, entry.index, 20, 0);
    entry.packets++;
    agree(m, r);
  }
  toString = () => `touch ${this.k}`;
}

class Remove implements Command {
  readonly k: number;
  readonly announce: boolean;
  constructor(k: number, announce: boolean) {
    this.k = k;
    this.announce = announce;
  }
  check = (m: Readonly<Model>) => m.live.has(this.k);
  run(m: Model, r: Real): void {
    const entry = m.live.get(this.k) as Entry;
    const queued = ((r.table.words[entry.index * 16 + 3] as number) & QUEUED) !== 0;
    r.table.remove(entry.index, this.announce);
    m.live.delete(this.k);
    if (queued || (this.announce && entry.told)) m.waiting++;
    if (this.announce && entry.told) m.ends.push(this.k);
    if (!this.announce) m.backup.delete(this.k);
    agree(m, r);
  }
  toString = () => `remove ${this.k}${this.announce ? ', announced' : ''}`;
}

class DropSlot implements Command {
  readonly slot: number;
  constructor(slot: number) {
    this.slot = slot;
  }
  check = () => true;
  run(m: Model, r: Real): void {
    let expected = 0;
    for (const [k, entry] of m.live) {
      if (k % SLOTS !== this.slot) continue;
      if (((r.table.words[entry.index * 16 + 3] as number) & QUEUED) !== 0) m.waiting++;
      m.live.delete(k);
      m.backup.delete(k);
      expected++;
    }
    expect(r.table.dropSlot(this.slot)).toBe(expected);
    agree(m, r);
  }
  toString = () => `drop slot ${this.slot}`;
}

class Send implements Command {
  check = () => true;
  run(m: Model, r: Real): void {
    const ended: number[] = [];
    for (let i = takeToSend(r.table, 30, 0); i !== NONE; i = takeToSend(r.table, 30, 0)) {
      const k = r.keyAt(i);
      const entry = m.live.get(k);
      if (entry?.index === i) {
        m.backup.set(k, r.packetsAt(i));
        entry.told = true;
      } else {
        ended.push(k);
        m.backup.delete(k);
      }
      sent(r.table, i, true);
    }
    expect(ended.sort(byNumber)).toEqual(m.ends.sort(byNumber));
    m.ends.length = 0;
    m.waiting = 0;
    // What was told is what is: nothing changed is left unsent, nothing gone is left standing.
    const told = [...m.live].filter(([, e]) => e.packets > 0).map(([k, e]): [number, number] => [k, e.packets]);
    expect([...m.backup].sort(byKey)).toEqual(told.sort(byKey));
    expect(r.table.toSend.taken).toBe(r.table.toSend.added);
    agree(m, r);
  }
  toString = () => 'send';
}

describe('the connection table', () => {
  it('does what a Map does, keeps its slot lists, and tells the backup every change and every end once', () => {
    const k = fc.nat(19);
    const commands = fc.commands(
      [
        k.map((n) => new Insert(n)),
        k.map((n) => new Insert(n)),
        k.map((n) => new Touch(n)),
        fc.tuple(k, fc.boolean()).map(([n, announce]) => new Remove(n, announce)),
        fc.nat(SLOTS - 1).map((n) => new DropSlot(n)),
        fc.constant(new Send()),
      ],
      { maxCommands: 80, size: 'max' },
    );
    fc.assert(
      fc.property(commands, (cmds) => fc.modelRun(() => ({ model: new Model(), real: new Real() }), cmds)),
      { numRuns: 100 },
    );
  });

  it('finds every one of many connections while it is full, and none that is gone', () => {
    const count = 5000;
    const table = new ConnectionTable({ capacity: count, slots: 512, baseMs: 0 });
    const add = (i: number) => table.insert(connectionHash(i, i, i, TCP), i, i, i, TCP, 0, i % 512, 0, 0);
    const find = (i: number) => table.find(connectionHash(i, i, i, TCP), i, i, i, TCP);
    const indexes = Array.from({ length: count }, (_, i) => add(i));
    expect(new Set(indexes).size).toBe(count);
    expect(add(count)).toBe(TABLE_FULL);
    for (let i = 0; i < count; i += 2) table.remove(indexes[i] as number, false);
    for (let i = 0; i < count; i++) expect(find(i)).toBe(i % 2 === 0 ? NONE : indexes[i]);
    expect(table.size).toBe(count / 2);
    expect(add(count)).toBeGreaterThanOrEqual(0);
  });

  it('stops at an entry that was inserted under a wrong hash, rather than search for ever', () => {
    const table = new ConnectionTable({ capacity: 10, slots: 8, baseMs: 0 });
    const index = table.insert(~connectionHash(1, 2, 3, TCP), 1, 2, 3, TCP, 0, 0, 0, 0);
    expect(() => table.remove(index, false)).toThrow('it was inserted under another hash');
  });

  it('tells apart keys that differ in one part', () => {
    const table = new ConnectionTable({ capacity: 10, slots: 8, baseMs: 0 });
    // One hash for all: only the comparison of keys is left.
    const index = table.insert(1, 10, 20, 30, TCP, 0, 0, 0, 0);
    expect(table.find(1, 10, 20, 30, TCP)).toBe(index);
    expect([
      table.find(1, 11, 20, 30, TCP),
      table.find(1, 10, 21, 30, TCP),
      table.find(1, 10, 20, 31, TCP),
      table.find(1, 10, 20, 30, 17),
    ]).toEqual([NONE, NONE, NONE, NONE]);
  });

  it('holds a connection in at most 96 bytes', () => {
    const table = new ConnectionTable({ capacity: 1 << 18, slots: 512, baseMs: 0 });
    expect(table.bytesPerConnection).toBeLessThanOrEqual(96);
    expect(table.bytesPerConnection).toBeGreaterThan(64);
  });

  it('keeps rule and slot at their largest', () => {
    const table = new ConnectionTable({ capacity: 1, slots: 65537, baseMs: 0 });
    const index = table.insert(0, 1, 2, 3, TCP, 0, 65536, 32767, 0);
    expect([table.slotOf(index), table.ruleOf(index)]).toEqual([65536, 32767]);
  });

  it('keeps times as 32 bits after its base, whatever the fraction', () => {
    const table = new ConnectionTable({ capacity: 1, slots: 8, baseMs: 1_790_000_000_000 });
    expect(table.relative(1_790_000_000_250.75)).toBe(250);
    expect(table.relative(1_789_999_999_999.5)).toBe(-1);
    expect((table.relative(1_790_000_000_000 + 2 ** 32 + 5) - table.relative(1_790_000_000_000)) | 0).toBe(5);
  });

  it('refuses a capacity it cannot hold', () => {
    for (const capacity of [0, 1.5, 2 ** 25]) {
      expect(() => new ConnectionTable({ capacity, slots: 8, baseMs: 0 })).toThrow(
        `expected a capacity of 1 to 16777216 connections, saw ${capacity}; set table.connectionsPerMember`,
      );
    }
  });
});
