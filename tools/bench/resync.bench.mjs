import {
  ConnectionTable,
  DELTA_ENTRY_WORDS,
  DELTA_HEAD_WORDS,
  DeltaReader,
  NONE,
  SYNC,
  connectionHash,
  queueSlot,
  sent,
  slotOfHash,
  takeToSend,
  writeDeltaHead,
  writeEntry,
} from '@rehearsal/dataplane';
import { median } from './benchmark.mjs';
import { numbers } from './workload.mjs';

const SLOTS = 512;
const TCP = 6;
const ESTABLISHED = 3;
const ENTRIES_PER_FRAME = 1300;
const SHARED = (ESTABLISHED << 8) | (SYNC.strict << 16);

/** @param {number} capacity */
const newTable = (capacity) => new ConnectionTable({ capacity, slots: SLOTS, baseMs: 0 });

/** @param {number} count */
function filled(count) {
  const table = newTable(count);
  const next = numbers(0xfeed);
  for (let i = 0; i < count; i++) {
    const b = 0x40000000 + (next() & 0xffffff);
    const hash = connectionHash(i, b, 443, TCP);
    table.insert(hash, i, b, 443, TCP, SHARED, slotOfHash(hash, SLOTS), 0, 1);
  }
  return table;
}

/** Every slot queued, written to frames, and taken in at the other end. @param {ConnectionTable} from @param {ConnectionTable} to */
function copy(from, to) {
  const frame = new Int32Array(DELTA_HEAD_WORDS + ENTRIES_PER_FRAME * DELTA_ENTRY_WORDS);
  const reader = new DeltaReader(to);
  for (let slot = 0; slot < SLOTS; slot++) queueSlot(from, slot, 1, 0);
  for (let index = takeToSend(from, 1, 0); index !== NONE;) {
    writeDeltaHead(from, frame, 0);
    let end = DELTA_HEAD_WORDS;
    for (; index !== NONE && end < frame.length; end += DELTA_ENTRY_WORDS) {
      writeEntry(from, index, frame, end);
      sent(from, index, true);
      index = takeToSend(from, 1, 0);
    }
    const entries = reader.open(frame, 0, end);
    for (let i = 0; i < entries; i++) reader.apply(frame, DELTA_HEAD_WORDS + i * DELTA_ENTRY_WORDS);
  }
}

/** The obvious way: an object a connection, as JSON. @param {Map<string, object>} from @param {Map<string, object>} to */
function copyAsJson(from, to) {
  for (const [key, entry] of from) to.set(key, JSON.parse(JSON.stringify(entry)));
}

/** @param {() => void} run */
function ms(run) {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'copy to a new backup, 250 k',
    unit: 'ms',
    reach: { atMost: 600 },
    baseline: 'an object a connection, as JSON',
    run(smoke) {
      const count = smoke ? 5_000 : 250_000;
      const values = [];
      const baselines = [];
      for (let round = 0; round < (smoke ? 1 : 5); round++) {
        const from = filled(count);
        const to = newTable(count);
        values.push(ms(() => copy(from, to)));
        if (to.size !== count) throw new Error(`expected ${count} connections copied, saw ${to.size}`);
        const objects = new Map();
        for (let i = 0; i < count; i++) {
          objects.set(`${i}:443`, {
            a: i,
            b: i,
            ports: 443,
            proto: TCP,
            state: ESTABLISHED,
            slot: 1,
            seen: 1,
            applied: [1, 1],
          });
        }
        baselines.push(ms(() => copyAsJson(objects, new Map())));
      }
      return { value: median(values), baseline: median(baselines), detail: { connections: count } };
    },
  },
  {
    name: 'drop of all slots, 250 k',
    unit: 'ns/connection',
    run(smoke) {
      const count = smoke ? 5_000 : 250_000;
      const values = [];
      for (let round = 0; round < (smoke ? 1 : 5); round++) {
        const table = filled(count);
        values.push(
          (1e6 / count) *
            ms(() => {
              for (let slot = 0; slot < SLOTS; slot++) table.dropSlot(slot);
            }),
        );
        if (table.size !== 0) throw new Error(`expected an empty table, saw ${table.size} connections`);
      }
      return { value: median(values), detail: { connections: count } };
    },
  },
];
