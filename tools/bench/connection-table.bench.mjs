import { ConnectionTable, NONE, connectionHash, slotOfHash } from '@rehearsal/dataplane';
import { median } from './benchmark.mjs';
import { numbers, shuffled } from './workload.mjs';

const SLOTS = 512;
const TCP = 6;
const ESTABLISHED = 3;

/** @typedef {{a: Int32Array, b: Int32Array, ports: Int32Array}} Keys */

/** Distinct canonical keys. @param {number} count @returns {Keys} */
function keys(count) {
  const next = numbers(0xc0ffee);
  const a = new Int32Array(count);
  const b = new Int32Array(count);
  const ports = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    a[i] = 0x0a000000 + i;
    b[i] = 0x40000000 + (next() & 0xffffff);
    ports[i] = (next() << 16) | 443;
  }
  return { a, b, ports };
}

/** @param {Keys} k @param {number} i */
const text = (k, i) => `${k.a[i]}:${k.b[i]}:${k.ports[i]}:${TCP}`;

/** @param {number} operations @param {() => void} run */
function nsEach(operations, run) {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / operations;
}

/** @param {number} capacity */
const newTable = (capacity) => new ConnectionTable({ capacity, slots: SLOTS, baseMs: 0 });

/** @param {ConnectionTable} table @param {Keys} k @param {Int32Array} order */
function fill(table, k, order) {
  for (let n = 0; n < order.length; n++) {
    const i = /** @type {number} */ (order[n]);
    const a = /** @type {number} */ (k.a[i]);
    const b = /** @type {number} */ (k.b[i]);
    const ports = /** @type {number} */ (k.ports[i]);
    const hash = connectionHash(a, b, ports, TCP);
    if (table.find(hash, a, b, ports, TCP) !== NONE) throw new Error(`key ${i} is there already`);
    const index = table.insert(hash, a, b, ports, TCP, 0, slotOfHash(hash, SLOTS), 0, 1);
    table.apply(index, ESTABLISHED, true, 0, n, 1);
  }
}

/** @param {ConnectionTable} table @param {Keys} k @param {Int32Array} order */
function hit(table, k, order) {
  for (let n = 0; n < order.length; n++) {
    const i = /** @type {number} */ (order[n]);
    const a = /** @type {number} */ (k.a[i]);
    const b = /** @type {number} */ (k.b[i]);
    const ports = /** @type {number} */ (k.ports[i]);
    const index = table.find(connectionHash(a, b, ports, TCP), a, b, ports, TCP);
    if (index === NONE) throw new Error(`key ${i} is missing`);
    table.apply(index, ESTABLISHED, true, 0, n, 2);
  }
}

/** @param {number} connections @param {number} rounds */
function measure(connections, rounds) {
  const k = keys(connections);
  const order = shuffled(connections, 7);
  const other = shuffled(connections, 11);
  // Compiled before it counts: a member has long been running when its table is large.
  for (let i = 0; i < 5; i++) {
    const small = newTable(20_000);
    fill(small, k, order.slice(0, 20_000));
    hit(small, k, order.slice(0, 20_000));
  }
  /** @type {Record<'insert' | 'hit' | 'insertMap' | 'hitMap', number[]>} */
  const ns = { insert: [], hit: [], insertMap: [], hitMap: [] };
  let bytesEach = 0;
  let mapBytesEach = 0;
  for (let round = 0; round < rounds; round++) {
    const table = newTable(connections);
    // A running member's memory is mapped; the first touch of a fresh page is the system's cost.
    table.words.fill(0);
    ns.insert.push(nsEach(connections, () => fill(table, k, order)));
    ns.hit.push(nsEach(connections, () => hit(table, k, other)));
    bytesEach = table.bytesPerConnection;

    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    /** @type {Map<string, {state: number, seen: number, applied: number, packets: number}>} */
    const map = new Map();
    ns.insertMap.push(
      nsEach(connections, () => {
        for (let n = 0; n < connections; n++) {
          const key = text(k, /** @type {number} */ (order[n]));
          if (!map.has(key)) map.set(key, { state: ESTABLISHED, seen: 1, applied: n, packets: 1 });
        }
      }),
    );
    ns.hitMap.push(
      nsEach(connections, () => {
        for (let n = 0; n < connections; n++) {
          const entry = map.get(text(k, /** @type {number} */ (other[n])));
          if (entry === undefined) throw new Error('a key is missing');
          entry.seen = 2;
          entry.applied = n;
          entry.packets++;
        }
      }),
    );
    globalThis.gc?.();
    mapBytesEach = (process.memoryUsage().heapUsed - before) / connections;
    if (map.size !== connections) throw new Error(`expected ${connections} entries, saw ${map.size}`);
  }
  return {
    insert: median(ns.insert),
    hit: median(ns.hit),
    insertMap: median(ns.insertMap),
    hitMap: median(ns.hitMap),
    bytesEach,
    mapBytesEach,
  };
}

/** @type {ReturnType<typeof measure> | undefined} */
let measured;
/** @param {boolean} smoke */
const results = (smoke) => (measured ??= measure(smoke ? 1 << 14 : 1 << 20, smoke ? 1 : 5));
const baseline = 'Map by text key';

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'connection table, hit',
    unit: 'ns',
    reach: { atMost: 350 },
    baseline,
    run(smoke) {
      const r = results(smoke);
      return { value: r.hit, baseline: r.hitMap, detail: { connections: smoke ? 1 << 14 : 1 << 20 } };
    },
  },
  {
    name: 'connection table, insert',
    unit: 'ns',
    reach: { atMost: 300 },
    baseline,
    run(smoke) {
      const r = results(smoke);
      return { value: r.insert, baseline: r.insertMap, detail: { connections: smoke ? 1 << 14 : 1 << 20 } };
    },
  },
  {
    name: 'connection table, memory',
    unit: 'B/connection',
    reach: { atMost: 96 },
    baseline,
    run(smoke) {
      const r = results(smoke);
      return { value: r.bytesEach, baseline: r.mapBytesEach, detail: { entriesPerBucket: 0.5 } };
    },
  },
];
