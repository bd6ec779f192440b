import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StoredCommit } from '@rehearsal/kernel';
import { commitStoreContract } from '@rehearsal/kernel/testing';
import { grantsFor } from '@rehearsal/protocol';
import { Inbox } from './inbox.js';
import { JetStreamCommitStore } from './jetstream-commit-store.js';
import { JsApi } from './js-api.js';
import type { LiveRuntime } from './live-runtime.js';
import { permissionsFor } from './permissions.js';
import { FABRIC, SITE, TestBus, Until, append, busState, readNext } from './test-support.js';

// Real servers: what takes a moment on a free machine takes seconds on a loaded one.
jest.setTimeout(30_000);

const ACK_WAIT_MS = 300;

/** The contract's streams are of kinds that no role has; its users may do what a role may, to them all. */
const KINDS = ['s', 'other', 'security-group', 'hypersync'];

commitStoreContract('JetStream', async ({ maxBytes }) => {
  const users = ['one', 'two', 'deaf'].map((id) => ({ role: 'sync' as const, id }));
  const bus = await TestBus.start({
    users,
    logMaxBytes: maxBytes,
    permissions: ({ role, id }) =>
      permissionsFor({
        ...grantsFor(role, id, SITE, FABRIC),
        log: ['read', ...KINDS.flatMap((kind) => [`append:${kind}`, `work:${kind}`] as const)],
      }),
  });
  const store = async (id: string): Promise<JetStreamCommitStore> => {
    const runtime = await bus.runtime('sync', id);
    return storeOver(bus, runtime, id, (subject) => subject);
  };
  return {
    store: await store('one'),
    other: await store('two'),
    deaf: await storeOver(bus, await bus.runtime('sync', 'deaf'), 'deaf', (subject) =>
      subject.replace('.test.', '.nobody.'),
    ),
    redeliverMs: ACK_WAIT_MS,
    close: () => bus.close(),
  };
});

/** A store with short times; `replyTo` bends the subject at which answers are awaited. */
async function storeOver(
  bus: TestBus,
  runtime: LiveRuntime,
  id: string,
  replyTo: (subject: string) => string,
): Promise<JetStreamCommitStore> {
  const connection = await bus.raw('sync', id);
  const { inboxPrefix } = grantsFor('sync', id, SITE, FABRIC);
  const guard = (run: () => void): void => run();
  const heard = new Inbox(connection, `${inboxPrefix}.test`, guard);
  const inbox = Object.assign(Object.create(heard) as Inbox, {
    open: (on: Parameters<Inbox['open']>[0]) => replyTo(heard.open(on)),
    close: (subject: string) => heard.close(subject),
  });
  return new JetStreamCommitStore({
    fabric: FABRIC,
    site: SITE,
    connection,
    api: new JsApi(connection, inbox, runtime, 500),
    timers: runtime,
    guard,
    uniqueName: `test-${id}`,
    inboxPrefix,
    workTiming: { ackWaitMs: ACK_WAIT_MS, pullMs: 2_000, retryMs: 20 },
    onTrouble: () => undefined,
  });
}

describe('the log when its server dies', () => {
  let bus: TestBus;
  beforeEach(async () => {
    bus = await TestBus.start();
  });
  afterEach(() => bus.close());

  const stream = 'security-group.SG1';
  const WRITES = 1_500;
  const IN_FLIGHT = 200;
  const KILL_AT = 500;
  const body = (version: number, writer: string): Uint8Array => new TextEncoder().encode(`${version}:${writer}`);

  it('keeps every acknowledged commit, and followers see each once and in order', async () => {
    const writer = await bus.runtime('orchestrator', '1_1');
    const reader = await bus.runtime('member', '1_01');
    const seen: string[] = [];
    const until = new Until();
    reader.log.follow('', 1, (commit) => {
      seen.push(`${commit.seq} ${text(commit)}`);
      until.changed();
    });
    const acknowledged: string[] = [];
    let lastSeq = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) {
        const version = acknowledged.length + 1;
        const outcome = await append(writer.log, request(version, 'a', lastSeq));
        if (outcome.kind !== 'ok') throw new Error(`append ${version}: ${JSON.stringify(outcome)}`);
        lastSeq = outcome.seq;
        acknowledged.push(`${outcome.seq} ${version}:a`);
      }
      const down = [busState(writer, 'down'), busState(reader, 'down')];
      await bus.server.kill();
      await Promise.all(down);
      const up = [busState(writer, 'up'), busState(reader, 'up')];
      await bus.server.startAgain();
      await Promise.all(up);
    }
    await until.that(() => seen.length === acknowledged.length);
    expect(seen).toEqual(acknowledged);
    expect(bus.fatals).toEqual([]);
  });

  it('loses nothing where its room is taken away while others write', async () => {
    const writer = await bus.runtime('orchestrator', '1_1');
    const { seq } = (await append(writer.log, first(1))) as { seq: number };
    let sent = 1;
    let limited = false;
    const ended = Array.from({ length: 20 }, async () => {
      while (!limited) await append(writer.log, first(++sent));
    });
    for (let round = 0; round < 10; round++) {
      await bus.server.limitLog(0);
      await bus.server.limitLog(null);
    }
    limited = true;
    await Promise.all(ended);
    expect(await readNext(writer.log, 'security-group.G1', 0)).toMatchObject({ kind: 'found', commit: { seq } });
  });

  it('says unknown for what was on its way, and a reader finds out what became of it', async () => {
    // So long that only the break itself can bring the answers within this test.
    const writer = await bus.runtime('orchestrator', '1_1', { logTimeoutMs: 3_600_000 });
    const outcomes = new Map<number, string>();
    const until = new Until();
    const down = busState(writer, 'down');
    let killed: Promise<void> | undefined;
    let sent = 0;
    const sendNext = (): void => {
      if (sent === WRITES) return;
      const n = ++sent;
      writer.log.append(first(n), (outcome) => {
        outcomes.set(n, outcome.kind);
        if (n === KILL_AT) killed = bus.server.kill();
        sendNext();
        until.changed();
      });
    };
    for (let i = 0; i < IN_FLIGHT; i++) sendNext();
    await down;
    await until.that(() => outcomes.size === WRITES);
    expect(new Set(outcomes.values())).toEqual(new Set(['ok', 'unknown']));
    await killed;
    const up = busState(writer, 'up');
    await bus.server.startAgain();
    await up;
    for (let n = 1; n <= WRITES; n++) {
      const { stream: own } = first(n);
      const read = await readNext(writer.log, own, 0);
      if (outcomes.get(n) === 'ok') expect(read.kind).toBe('found');
      // The same bytes again: stored once, whether or not the first try was.
      expect((await append(writer.log, first(n))).kind).toBe(read.kind === 'found' ? 'duplicate' : 'ok');
    }
  });

  it('lets one of two writers win each version while the server dies and comes back under them', async () => {
    const writers = [await bus.runtime('orchestrator', '1_1'), await bus.runtime('orchestrator', '1_2')];
    const VERSIONS = 60;
    const won = await Promise.all([
      ...writers.map((runtime, w) => writeAll(runtime, `w${w}`, VERSIONS)),
      (async () => {
        for (let i = 0; i < 2; i++) {
          await new Promise((resolve) => setTimeout(resolve, 60));
          await bus.server.kill();
          await bus.server.startAgain();
        }
      })(),
    ]);
    const [a, b] = won as [Set<number>, Set<number>, void];
    const reader = await bus.runtime('member', '1_01');
    const log: StoredCommit[] = [];
    await new Promise<void>((resolve) => reader.log.follow(stream, 1, (commit) => log.push(commit), resolve));
    expect(log.map((commit) => text(commit).split(':')[0])).toEqual(
      Array.from({ length: VERSIONS }, (_, i) => String(i + 1)),
    );
    for (const [i, commit] of log.entries()) {
      const version = i + 1;
      const winner = text(commit).split(':')[1];
      expect({ version, a: a.has(version), b: b.has(version) }).toEqual({
        version,
        a: winner === 'w0',
        b: winner === 'w1',
      });
    }
  });

  it('hands work out in the order of the log, the next when the last is done', async () => {
    const writer = await bus.runtime('orchestrator', '1_1');
    const worker = await bus.runtime('sync', '1');
    const taken: { word: string; acknowledge: () => void }[] = [];
    const until = new Until();
    for (let process = 0; process < 2; process++) {
      worker.log.work('security-group', (commit, acknowledge) => {
        taken.push({ word: text(commit), acknowledge });
        until.changed();
      });
    }
    let lastSeq = 0;
    for (let version = 1; version <= 5; version++) {
      const outcome = await append(writer.log, request(version, 'a', lastSeq));
      if (outcome.kind === 'ok') lastSeq = outcome.seq;
    }
    for (let version = 1; version <= 5; version++) {
      await until.that(() => taken.length === version);
      // Whatever the server was about to send has come by the time it answers this.
      await readNext(worker.log, stream, 0);
      expect(taken.map(({ word }) => word)).toEqual(Array.from({ length: version }, (_, i) => `${i + 1}:a`));
      taken.at(-1)?.acknowledge();
    }
  });

  it('hands work out again after the server came back', async () => {
    const writer = await bus.runtime('orchestrator', '1_1');
    const worker = await bus.runtime('sync', '1');
    const done: string[] = [];
    const until = new Until();
    worker.log.work('security-group', (commit, acknowledge) => {
      done.push(text(commit));
      acknowledge();
      until.changed();
    });
    await append(writer.log, request(1, 'a', 0));
    await until.that(() => done.length === 1);
    const up = Promise.all([busState(writer, 'up'), busState(worker, 'up')]);
    await bus.server.kill();
    await bus.server.startAgain();
    await up;
    expect((await append(writer.log, request(2, 'a', 1))).kind).toBe('ok');
    await until.that(() => done.includes('2:a'));
    expect([...new Set(done)]).toEqual(['1:a', '2:a']);
  });

  function first(n: number) {
    const own = `security-group.G${n}`;
    return { ...request(1, `w${n}`, 0), stream: own, msgId: `${own}:1:w${n}` };
  }

  function request(version: number, writer: string, expectLastSeq: number) {
    return { stream, bytes: body(version, writer), expectLastSeq, msgId: `${stream}:${version}:${writer}` };
  }

  /** Writes versions by the append rules; returns those it won. */
  async function writeAll(runtime: LiveRuntime, writer: string, versions: number): Promise<Set<number>> {
    const won = new Set<number>();
    let lastSeq = 0;
    for (let version = 1; version <= versions;) {
      await append(runtime.log, request(version, writer, lastSeq));
      const read = await readNext(runtime.log, stream, lastSeq);
      if (read.kind !== 'found') continue;
      if (text(read.commit) === `${version}:${writer}`) won.add(version);
      lastSeq = read.commit.seq;
      version++;
    }
    return won;
  }
});

describe('following while commits are written', () => {
  it('misses none and repeats none over a consumer that is made anew again and again', async () => {
    const bus = await TestBus.start();
    try {
      const writer = await bus.runtime('orchestrator', '1_1');
      const reader = await bus.raw('member', '1_01');
      const runtime = await bus.runtime('member', '1_02');
      const guard = (run: () => void): void => run();
      const { inboxPrefix } = grantsFor('member', '1_01', SITE, FABRIC);
      const store = new JetStreamCommitStore({
        fabric: FABRIC,
        site: SITE,
        connection: reader,
        api: new JsApi(reader, new Inbox(reader, `${inboxPrefix}.test`, guard), runtime, 2_000),
        timers: runtime,
        guard,
        uniqueName: 'test',
        inboxPrefix,
        onTrouble: () => undefined,
      });
      const seen: number[] = [];
      const until = new Until();
      store.follow('', 1, (commit) => {
        seen.push(commit.seq);
        // In the middle of a delivery, as a lost connection would be.
        if (commit.seq % 37 === 0) store.busUp();
        until.changed();
      });
      let lastSeq = 0;
      for (let version = 1; version <= 300; version++) {
        const outcome = await append(writer.log, {
          stream: 'security-group.SG1',
          bytes: new TextEncoder().encode(String(version)),
          expectLastSeq: lastSeq,
          msgId: `security-group.SG1:${version}:a`,
        });
        if (outcome.kind === 'ok') lastSeq = outcome.seq;
      }
      await until.that(() => seen.length >= 300);
      expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
      store.stopConsumers();
    } finally {
      await bus.close();
    }
  });
});

function text(commit: StoredCommit): string {
  return new TextDecoder().decode(commit.bytes);
}
