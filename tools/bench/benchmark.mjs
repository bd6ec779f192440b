/**
 * One thing measured, and what it is measured against in the same run.
 *
 * @typedef {{atMost: number} | {atLeast: number}} Reach
 * @typedef {{value: number, baseline?: number, detail?: Record<string, number>}} Measured
 * @typedef {object} Benchmark
 * @property {string} name
 * @property {string} unit
 * @property {Reach} [reach] the value it is expected to come to on an ordinary machine; none: for information
 * @property {string} [baseline] what the baseline is
 * @property {(smoke: boolean) => Measured | Promise<Measured>} run `smoke`: short, only to see that it works
 * @property {(smoke: boolean) => Promise<string[]>} [costs] where the time goes, a line for each kind of process; asked
 *   when the reach was missed
 *
 * @typedef {object} Result
 * @property {string} name
 * @property {number} value
 * @property {string} unit
 * @property {{name: string, value: number} | null} baseline
 * @property {number | null} ratio baseline ÷ value: how many times less the value is
 * @property {Reach | null} reach
 * @property {boolean | null} met
 * @property {Record<string, number>} detail
 * @property {string[]} [costs] the greatest costs, where a reach was missed
 */

/**
 * The same measurement for all benchmarks of a file: it is made when the first of them asks.
 * @template M
 * @param {(smoke: boolean) => M} measure
 * @returns {(smoke: boolean) => M}
 */
export function once(measure) {
  /** @type {M | undefined} */
  let measured;
  return (smoke) => (measured ??= measure(smoke));
}

/** The middle of the numbers. @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Nanoseconds an operation takes: `round(...args)` does `operations` of them in a loop of its own. It runs for
 * `warmMs` first, so that the compiler is through with it. Of each stretch of rounds after that the median is taken, and
 * the least of them counts: whoever else computes on the same core of the machine makes everything up to twice as slow,
 * for a while at a time, so stretches are short and apart.
 * @template {unknown[]} A
 * @param {number} operations @param {{warmMs: number, stretches: number, rounds: number}} effort
 * @param {(...args: A) => unknown} round @param {A} args
 */
export function nsPerOperation(operations, effort, round, ...args) {
  const warmUntil = performance.now() + effort.warmMs;
  // Through Reflect.apply, so that the loop is compiled by itself and not as a part of this function.
  do Reflect.apply(round, undefined, args);
  while (performance.now() < warmUntil);
  const medians = [];
  for (let stretch = 0; stretch < effort.stretches; stretch++) {
    if (stretch > 0) pause(APART_MS);
    const times = [];
    for (let i = 0; i < effort.rounds; i++) {
      const start = process.hrtime.bigint();
      Reflect.apply(round, undefined, args);
      times.push(Number(process.hrtime.bigint() - start) / operations);
    }
    medians.push(median(times));
  }
  return Math.min(...medians);
}

const APART_MS = 50;
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
/** @param {number} ms */
const pause = (ms) => void Atomics.wait(nobodyWakes, 0, 0, ms);

/** @param {boolean} smoke */
export const effort = (smoke) =>
  smoke ? { warmMs: 0, stretches: 1, rounds: 3 } : { warmMs: 1000, stretches: 20, rounds: 51 };

/** @param {number} number */
const shorten = (number) => Number(number.toPrecision(4));

/** @param {Benchmark} benchmark @param {Measured} measured @returns {Result} */
export function judged(benchmark, measured) {
  const { value, baseline } = measured;
  const { reach } = benchmark;
  const met = reach === undefined ? null : 'atMost' in reach ? value <= reach.atMost : value >= reach.atLeast;
  return {
    name: benchmark.name,
    value: shorten(value),
    unit: benchmark.unit,
    baseline: baseline === undefined ? null : { name: benchmark.baseline ?? '', value: shorten(baseline) },
    ratio: baseline === undefined ? null : shorten(baseline / value),
    reach: reach ?? null,
    met,
    detail: Object.fromEntries(Object.entries(measured.detail ?? {}).map(([key, n]) => [key, shorten(n)])),
  };
}
