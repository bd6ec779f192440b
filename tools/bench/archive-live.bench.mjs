import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveFollower, openArchive } from '@rehearsal/archive';
import { connectRaw, LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import { logPrefix, logStreamName } from '@rehearsal/protocol';
import { inFolder, onServer } from './archive-places.mjs';

const FABRIC = 'bench';
const STREAM = logStreamName(FABRIC, 1);
const WRITERS = ['1_1', '1_2'];
const STREAMS_EACH = 32;
const PER_SECOND = 2_000;
/** Of the clock that the system counts processor time with. */
const TICK_MS = 10;

/** @typedef {import('@rehearsal/archive').ArchivedMessage} Message */
/** @typedef {import('@rehearsal/archive').LogArchive} LogArchive */
/** @typedef {{databaseUrl?: string, dir: string}} Place `dir`: for the log server, and for an archive without a database server */

const self = (/** @type {'orchestrator' | 'archive'} */ role, /** @type {string} */ id) => ({
  fabric: FABRIC,
  site: 1,
  role,
  id,
  incarnation: 1,
});

/** @param {string} dir */
function startBus(dir) {
  const users = [
    ...WRITERS.map((id) => ({ role: /** @type {const} */ ('orchestrator'), id })),
    { role: /** @type {const} */ ('archive'), id: '1' },
  ];
  return NatsServer.start({ dir: join(dir, 'bus'), fabric: FABRIC, site: 1, users, logMaxBytes: 1 << 30 });
}

/**
 * Several writers at once; answers with how many commits a second they came to together.
 * @param {NatsServer} bus @param {number} commits @param {number | null} perSec null: as fast as it goes
 */
async function write(bus, commits, perSec) {
  const lives = WRITERS.map((id, i) => {
    const about = {
      natsUrl: bus.url,
      seedFile: bus.seedFile('orchestrator', id),
      id,
      group: `W${i}-`,
      streams: STREAMS_EACH,
      commits: commits / WRITERS.length,
      perSec: perSec === null ? null : perSec / WRITERS.length,
    };
    const child = fork(join(import.meta.dirname, 'log-writer.mjs'), [JSON.stringify(about)]);
    return /** @type {Promise<{written: number, tookMs: number}>} */ (
      new Promise((resolve, reject) => {
        child.once('message', resolve).once('error', reject);
        child.once('exit', (code) => reject(new Error(`a writer ended with ${code}`)));
      })
    );
  });
  const written = await Promise.all(lives);
  return written.reduce((sum, { written: n, tookMs }) => sum + (n * 1_000) / tookMs, 0);
}

/**
 * An archive of the bus's log at work until `work` is done and everything is archived.
 * @param {NatsServer} bus @param {Place} place @param {number} commits
 * @param {(batch: readonly Message[], nowMs: number) => void} onArchived @param {() => Promise<void>} work
 */
async function archiving(bus, place, commits, onArchived, work) {
  const runtime = await LiveRuntime.connect({
    self: self('archive', '1'),
    natsUrl: bus.url,
    nkeySeed: readSeed(bus.seedFile('archive', '1')),
    fatal: (code, fields) => {
      throw new Error(`${code} ${JSON.stringify(fields)}`);
    },
  });
  const store = await openArchive({ databaseUrl: place.databaseUrl, dir: join(place.dir, 'archive') });
  await store.migrate();
  const archive = await store.openLog({ run: 'bench', stream: STREAM });
  /** @type {() => void} */
  let ended = () => undefined;
  const end = new Promise((resolve) => (ended = () => resolve(undefined)));
  /** @type {LogArchive} */
  const watched = {
    key: archive.key,
    checkpoint: () => archive.checkpoint(),
    read: archive.read.bind(archive),
    counts: () => archive.counts(),
    append: async (batch) => {
      const last = await archive.append(batch);
      onArchived(batch, runtime.nowMs());
      if (last >= commits) ended();
      return last;
    },
  };
  const follower = new ArchiveFollower(watched, runtime, (refusal) => {
    throw refusal;
  });
  try {
    const start = performance.now();
    await follower.start();
    await work();
    await end;
    return performance.now() - start;
  } finally {
    await follower.stop(1_000);
    await store.close();
    await runtime.drain();
  }
}

/** How long after the log server stored a commit it is archived. @param {Place} place @param {boolean} smoke */
async function lag(place, smoke) {
  const bus = await startBus(place.dir);
  const commits = (smoke ? 1 : 10) * PER_SECOND;
  /** @type {number[]} */
  const lags = [];
  let perSec = Number.NaN;
  await archiving(
    bus,
    place,
    commits,
    (batch, nowMs) => {
      for (const { storedNs } of batch) lags.push(nowMs - Number(storedNs) / 1e6);
    },
    async () => {
      perSec = await write(bus, commits, PER_SECOND);
    },
  );
  await bus.stop();
  lags.sort((a, b) => a - b);
  const quantile = (/** @type {number} */ q) => lags[Math.floor(q * (lags.length - 1))] ?? Number.NaN;
  return { value: quantile(0.99), detail: { p50Ms: quantile(0.5), maxMs: quantile(1), commitsPerSec: perSec } };
}

/** Processor time of a process so far. @param {number | undefined} pid */
function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; user and system time are 12 and 13 words after it.
  const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(words[11]) + Number(words[12])) * TICK_MS;
}

/** The same log through the client library alone: a consumer that is pushed everything. @param {NatsServer} bus @param {number} commits */
async function readBare(bus, commits) {
  const seed = readSeed(bus.seedFile('orchestrator', '1_1'));
  const connection = await connectRaw({ self: self('orchestrator', '1_1'), natsUrl: bus.url, nkeySeed: seed });
  const deliverTo = `_INBOX.${FABRIC}.orchestrator.1_1.bare`;
  const filter = `${logPrefix(FABRIC, 1)}>`;
  const config = {
    name: 'bare',
    deliver_subject: deliverTo,
    deliver_policy: 'all',
    ack_policy: 'none',
    mem_storage: true,
  };
  const question = JSON.stringify({ stream_name: STREAM, config: { ...config, filter_subject: filter } });
  const start = performance.now();
  await new Promise((resolve, reject) => {
    let heard = 0;
    connection.subscribe(deliverTo, { callback: () => void (++heard === commits && resolve(undefined)) });
    connection.request(`$JS.API.CONSUMER.CREATE.${STREAM}.bare.${filter}`, question).then((answer) => {
      if (answer.json().error !== undefined) reject(new Error(answer.string()));
    }, reject);
  });
  const tookMs = performance.now() - start;
  await connection.close();
  return tookMs;
}

/** How fast a backlog is archived. @param {Place} place @param {boolean} smoke */
async function catchUp(place, smoke) {
  const bus = await startBus(place.dir);
  const commits = smoke ? 2_000 : 60_000;
  await write(bus, commits, null);
  const perCommit = (/** @type {number} */ ms) => (ms * 1_000) / commits;
  let before = cpuMs(bus.pid);
  const bareMs = await readBare(bus, commits);
  const bareCpuMs = cpuMs(bus.pid) - before;
  before = cpuMs(bus.pid);
  const tookMs = await archiving(
    bus,
    place,
    commits,
    () => undefined,
    () => Promise.resolve(),
  );
  const busUs = perCommit(cpuMs(bus.pid) - before);
  await bus.stop();
  return {
    value: (commits * 1_000) / tookMs,
    baseline: (commits * 1_000) / bareMs,
    detail: { commits, busUs, bareBusUs: perCommit(bareCpuMs) },
  };
}

/** @template T @param {(place: Place) => Promise<T>} work */
const inPostgres = (work) => inFolder((dir) => onServer(({ url }) => work({ databaseUrl: url, dir })));
/** @template T @param {(place: Place) => Promise<T>} work */
const inPglite = (work) => inFolder((dir) => work({ dir }));

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default /** @type {const} */ ([
  ['PostgreSQL', inPostgres],
  ['PGlite', inPglite],
]).flatMap(([name, at]) => [
  {
    name: `archive lag p99 at 2,000/s, ${name}`,
    unit: 'ms',
    reach: { atMost: 250 },
    run: (/** @type {boolean} */ smoke) => at((place) => lag(place, smoke)),
  },
  {
    // Twice what lag is measured at: a backlog is gone in the time it took to grow.
    name: `archive catching up, ${name}`,
    unit: 'commits/s',
    reach: { atLeast: 2 * PER_SECOND },
    baseline: 'a bare consumer of the same log',
    run: (/** @type {boolean} */ smoke) => at((place) => catchUp(place, smoke)),
  },
]);
