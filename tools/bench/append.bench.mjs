import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveRuntime, NatsServer, connectRaw, readSeed } from '@rehearsal/bus';
import { jetstream } from '@nats-io/jetstream';

const FABRIC = 'bench';
const BYTES = 600;
const STREAMS = 64;
const ROUNDS = 5;
const KIND = 'security-group';

/** @typedef {(stream: string, expectLastSeq: number, version: number) => Promise<number>} Append */

/** One after the other on one stream. @param {Append} append @param {string} name @param {number} count */
async function serial(append, name, count) {
  const start = performance.now();
  let seq = 0;
  for (let version = 1; version <= count; version++) seq = await append(`${KIND}.${name}`, seq, version);
  return (count / (performance.now() - start)) * 1000;
}

/** Many streams at once, each one after the other. @param {Append} append @param {string} name @param {number} count */
async function parallel(append, name, count) {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: STREAMS }, async (_, s) => {
      let seq = 0;
      for (let version = 1; version <= count / STREAMS; version++)
        seq = await append(`${KIND}.${name}x${s}`, seq, version);
    }),
  );
  return (count / (performance.now() - start)) * 1000;
}

/**
 * Appends a second through the commit store, against the same bytes published to the same log by the client
 * library without expectation or id. Rounds alternate, so that both meet the same machine; the best counts.
 * @param {(append: Append, name: string, count: number) => Promise<number>} load @param {number} count
 * @param {boolean} smoke
 */
async function measured(load, count, smoke) {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-bench-'));
  const users = [{ role: /** @type {const} */ ('orchestrator'), id: '1_1' }];
  const server = await NatsServer.start({ dir, fabric: FABRIC, site: 1, users, logMaxBytes: 1 << 30 });
  const seed = readSeed(server.seedFile('orchestrator', '1_1'));
  const self = { fabric: FABRIC, site: 1, role: /** @type {const} */ ('orchestrator'), id: '1_1', incarnation: 1 };
  const runtime = await LiveRuntime.connect({
    self,
    natsUrl: server.url,
    nkeySeed: seed,
    fatal: (code, fields) => {
      throw new Error(`${code} ${JSON.stringify(fields)}`);
    },
  });
  const raw = await connectRaw({ self, natsUrl: server.url, nkeySeed: seed });
  const js = jetstream(raw);
  const bytes = new Uint8Array(BYTES).fill(120);
  /** @type {Append} */
  const ours = (stream, expectLastSeq, version) =>
    new Promise((resolve, reject) => {
      const msgId = `${stream}:${version}:orchestrator.1_1.${version}`;
      runtime.log.append({ stream, bytes, expectLastSeq, msgId }, (outcome) => {
        if (outcome.kind === 'ok') resolve(outcome.seq);
        else reject(new Error(JSON.stringify(outcome)));
      });
    });
  /** @type {Append} */
  const plain = async (stream) => (await js.publish(`${FABRIC}.log.1.${stream}`, bytes)).seq;
  try {
    let best = 0;
    let bestPlain = 0;
    for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
      bestPlain = Math.max(bestPlain, await load(plain, `plain${round}`, count));
      best = Math.max(best, await load(ours, `ours${round}`, count));
    }
    return { value: best / bestPlain, detail: { appendsPerSec: best, plainPerSec: bestPlain } };
  } finally {
    await runtime.drain();
    await raw.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'append, one after the other',
    unit: 'of plain publish',
    reach: { atLeast: 0.8 },
    run: (smoke) => measured(serial, smoke ? 50 : 3_000, smoke),
  },
  {
    name: 'append, 64 streams at once',
    unit: 'of plain publish',
    reach: { atLeast: 0.8 },
    run: (smoke) => measured(parallel, smoke ? 640 : 32_000, smoke),
  },
];
