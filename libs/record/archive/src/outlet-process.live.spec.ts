import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import { Forwarder, MockBroker, readTopic } from '@rehearsal/outlet/testing';
import type { ReadEvent } from '@rehearsal/outlet/testing';
import { openArchive } from './open-archive.js';
import { ArchiveProcess } from './testing/archive-process.js';
import { LogWriter } from './testing/log-writer.js';
import { PostgresServer } from './testing/postgres-server.js';

const ROOT = join(import.meta.dirname, '../../../..');
const TOPIC = 'rehearsal.commits';
const RUN = 'r1';
const DATA = '"data":';

jest.setTimeout(120_000);

let database: PostgresServer;
let dir: string;
let bus: NatsServer;
let writer: LogWriter;
let runtime: LiveRuntime;
/** What is ended after each test, the last first. */
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'apps/archive'], { cwd: ROOT });
}, 120_000);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-outlet-'));
  database = await PostgresServer.start();
  const users = [
    { role: 'orchestrator', id: '1_1' },
    { role: 'archive', id: '1' },
  ] as const;
  bus = await NatsServer.start({ dir: join(dir, 'bus'), fabric: 'demo', site: 1, users, logMaxBytes: 256 << 20 });
  runtime = await LiveRuntime.connect({
    self: { fabric: 'demo', site: 1, role: 'orchestrator', id: '1_1', incarnation: 1 },
    natsUrl: bus.url,
    nkeySeed: readSeed(bus.seedFile('orchestrator', '1_1')),
    fatal: (code, fields) => {
      throw new Error(`${code} ${JSON.stringify(fields)}`);
    },
  });
  writer = new LogWriter(runtime, 3);
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await runtime.drain();
  await bus.stop();
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function mockBroker(): Promise<MockBroker> {
  const broker = await MockBroker.start();
  ends.push(() => broker.kill());
  return broker;
}

function archive(brokers: string): ArchiveProcess {
  const env = { KAFKA_BROKERS: brokers };
  const started = ArchiveProcess.start({ dir, bus, run: RUN, databaseUrl: database.url, env });
  ends.push(() => started.end('SIGKILL'));
  return started;
}

/** Everything archived of the run, which is the log byte for byte (as the archive's own specs show). */
async function archived() {
  const store = await openArchive({ databaseUrl: database.url, dir: '' });
  const log = await store.openLog({ run: RUN, stream: 'demo_LOG_1' });
  const messages = await log.read(1, 1_000_000);
  const published = await log.published();
  await store.close();
  return { messages, published };
}

/** Fails where an event is missing or altered, or comes for the first time after a later one. */
async function expectWholeLog(events: readonly ReadEvent[], count: number): Promise<void> {
  const { messages } = await archived();
  expect(messages.length).toBe(count);
  expect(new Set(events.map(({ partition }) => partition)).size).toBe(1);
  expect(new Set(events.flatMap(({ headers }) => headers.join('=')))).toEqual(
    new Set(['content-type=application/cloudevents+json; charset=UTF-8']),
  );
  const firsts = new Map(events.toReversed().map((event) => [event.key, event]));
  const inOrder = [...new Set(events.map(({ key }) => key))];
  expect(inOrder).toEqual(messages.map(({ seq }) => `${RUN}/demo_LOG_1/${seq}`));
  const wrong = messages.filter(({ seq, bytes }) => {
    const body = firsts.get(`${RUN}/demo_LOG_1/${seq}`)!.body;
    return body.slice(body.indexOf(DATA) + DATA.length, -1) !== Buffer.from(bytes).toString();
  });
  expect(wrong).toEqual([]);
}

describe('an archive that publishes to Kafka', () => {
  it('publishes every commit byte for byte in the order of the log, although it is killed meanwhile', async () => {
    const broker = await mockBroker();
    for (let life = 1; life <= 3; life++) {
      const running = archive(broker.address);
      await running.until((counts) => counts['archive_lag_now'] === 0);
      const before = (await running.counts())['outlet_seq_now'] ?? 0;
      const writing = writer.write(700);
      await running.until((counts) => (counts['outlet_seq_now'] ?? 0) > before + 100);
      await running.end('SIGKILL');
      await writing;
    }
    const last = archive(broker.address);
    await last.until((counts) => counts['outlet_seq_now'] === 2_100 && counts['outlet_lag_now'] === 0);
    const events = await readTopic(broker.address, TOPIC);
    expect(events.length).toBeGreaterThanOrEqual(2_100);
    await expectWholeLog(events, 2_100);
    expect(JSON.parse(events[0]!.body)).toMatchObject({
      specversion: '1.0',
      source: '/rehearsal/demo/r1/site/1',
      sequence: '1',
    });
    expect(await last.end('SIGTERM')).toBe(0);
    expect((await archived()).published).toEqual([
      { name: expect.stringMatching(/^commits: kafka \S+ rehearsal\.commits$/), seq: 2_100 },
    ]);
  });

  it('lags while the broker is away, archives all the same, and catches up', async () => {
    const place = await Forwarder.start();
    ends.push(() => place.close());
    const running = archive(place.address);
    await writer.write(300);
    await running.until((counts) => counts['archive_seq_now'] === 300 && counts['outlet_up_now'] === 0);
    expect(await running.counts()).toMatchObject({ outlet_lag_now: 300, archive_lag_now: 0, archive_up_now: 1 });
    expect(await running.detail()).toMatchObject({
      state: 'up',
      lag: 0,
      outlet: { about: `Kafka at ${place.address}, topic ${TOPIC}`, state: 'away', publishedSeq: 0, lag: 300 },
    });

    const first = await mockBroker();
    place.to = first.address;
    await running.until((counts) => counts['outlet_lag_now'] === 0 && counts['outlet_up_now'] === 1);
    await expectWholeLog(await readTopic(first.address, TOPIC), 300);

    // It takes connections, and answers nothing.
    await first.hang();
    await writer.write(200);
    await running.until((counts) => counts['archive_seq_now'] === 500 && counts['outlet_up_now'] === 0);
    expect(await running.counts()).toMatchObject({ outlet_lag_now: 200, archive_lag_now: 0 });
    first.wake();
    await running.until((counts) => counts['outlet_lag_now'] === 0 && counts['outlet_up_now'] === 1);
    await expectWholeLog(await readTopic(first.address, TOPIC), 500);

    // Another cluster in its place has nothing of it, so it is given everything.
    await first.kill();
    const second = await mockBroker();
    place.to = second.address;
    await writer.write(100);
    await running.until((counts) => counts['outlet_seq_now'] === 600 && counts['outlet_lag_now'] === 0);
    await expectWholeLog(await readTopic(second.address, TOPIC), 600);
    expect(await running.end('SIGTERM')).toBe(0);
    const codes = running.said.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line).code] : []));
    expect(codes).toEqual(expect.arrayContaining(['archive_follows', 'outlet_away', 'outlet_back']));
    expect(codes).not.toContain('archive_away');
  });

  it('does not start with brokers that it cannot read', async () => {
    const wrong = archive('kafka://user:secret@one');
    expect(await wrong.ended).toBe(2);
    expect(wrong.said).toContain('KAFKA_BROKERS: expected brokers as host:port,host:port, saw');
  });
});
