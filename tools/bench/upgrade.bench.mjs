import { median } from './benchmark.mjs';
import { idled, SHORT, upgraded } from './live/upgrading.mjs';

const ROUNDS = 3;

/** @typedef {import('./live/upgrading.mjs').Took} Took */

/**
 * The upgrade, and then the same fabric without it for as long, in turns, so that both meet the same machine.
 * @param {boolean} smoke @param {string} file @returns {Promise<import('./benchmark.mjs').Measured>}
 */
async function withAndWithout(smoke, file) {
  const changes = { overrides: smoke ? SHORT : {} };
  /** @type {Took[]} */
  const busy = [];
  /** @type {Took[]} */
  const idle = [];
  for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
    const upgrade = await upgraded(file, changes);
    busy.push(upgrade);
    idle.push(await idled(file, upgrade.virtualSec, changes));
  }
  const sec = median(busy.map((t) => t.sec));
  const virtualSec = median(busy.map((t) => t.virtualSec));
  const detail = {
    virtualSec,
    virtualSecPerSec: virtualSec / sec,
    // What holds where others have the machine too.
    cpuSec: median(busy.map((t) => t.cpuSec)),
    idleCpuSec: median(idle.map((t) => t.cpuSec)),
  };
  return { value: sec, baseline: median(idle.map((t) => t.sec)), detail };
}

const baseline = 'the same fabric idle for as long';

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'simulated upgrade, 4 members',
    unit: 's',
    reach: { atMost: 20 },
    baseline,
    run: (smoke) => withAndWithout(smoke, 'upgrades.fabric.yaml'),
  },
  {
    name: 'simulated upgrade, 28 members',
    unit: 's',
    reach: { atMost: 120 },
    baseline,
    run: (smoke) => withAndWithout(smoke, 'large-upgrade.fabric.yaml'),
  },
];
