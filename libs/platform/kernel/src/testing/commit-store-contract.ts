import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AppendOutcome, AppendRequest, Cancel, CommitStore, ReadOutcome, StoredCommit } from '../store.js';

/** One log, for one test. */
export interface CommitStoreHarness {
  /** A client of the log. */
  readonly store: CommitStore;
  /** Another client of the same log, as another process would be. */
  readonly other: CommitStore;
  /** A client of the same log whose appends are stored although it never hears the answer: each is `unknown`. */
  readonly deaf: CommitStore;
  /** Work that is not acknowledged comes again after about this long. */
  readonly redeliverMs: number;
  close(): Promise<void> | void;
}

const text = new TextEncoder();

/**
 * What every commit store must do, shown on real ones. `make` gives a fresh, empty log with room for
 * `maxBytes`; the harness is closed after each test.
 */
export function commitStoreContract(
  name: string,
  make: (options: { readonly maxBytes: number }) => Promise<CommitStoreHarness> | CommitStoreHarness,
): void {
  describe(`commit store: ${name}`, () => {
    let log: CommitStoreHarness;
    const cancels: Cancel[] = [];

    beforeEach(async () => {
      log = await make({ maxBytes: 4 * 1024 * 1024 });
    });

    afterEach(async () => {
      for (const cancel of cancels.splice(0)) cancel();
      await log.close();
    });

    function followed(store: CommitStore, prefix: string, fromSeq: number): Followed {
      const followed = new Followed();
      const onCaughtUp = (): void => followed.note('caught up');
      cancels.push(store.follow(prefix, fromSeq, (commit) => followed.add(commit), onCaughtUp));
      return followed;
    }

    it('stores the first commit of a stream exactly and gives it back', async () => {
      const request = draft('security-group.SG1', 1, 'a.1.1', 0, 'Grüße, 東京 \u{1f525}');
      const outcome = await append(log.store, request);
      expect(outcome).toStrictEqual({ kind: 'ok', seq: 1 });
      const read = await readNext(log.other, 'security-group.SG1', 0);
      expect(plain(read)).toStrictEqual({ seq: 1, stream: 'security-group.SG1', bytes: [...request.bytes] });
    });

    it('answers later, never within the call', async () => {
      let within = true;
      const seen: boolean[] = [];
      const wait = deferred<void>();
      const answered = (): void => {
        seen.push(within);
        if (seen.length === 4) wait.resolve();
      };
      log.store.append(draft('s.1', 1, 'a.1.1', 0), answered);
      log.store.readNext('s.1', 0, answered);
      log.store.usage(answered);
      cancels.push(log.store.follow('', 1, () => {}, answered));
      within = false;
      await wait.promise;
      expect(seen).toStrictEqual([false, false, false, false]);
    });

    it('refuses a commit that does not follow the last one of its stream', async () => {
      const first = okSeq(await append(log.store, draft('s.1', 1, 'a.1.1', 0)));
      expect((await append(log.other, draft('s.1', 1, 'b.1.1', 0))).kind).toBe('conflict');
      expect((await append(log.other, draft('s.1', 2, 'b.1.2', first + 7))).kind).toBe('conflict');
      // Streams do not disturb one another, even when one name begins like the other.
      expect((await append(log.other, draft('s.10', 1, 'b.1.3', 0))).kind).toBe('ok');
      expect((await append(log.other, draft('s.1', 2, 'b.1.4', first))).kind).toBe('ok');
      expect(await idsOf(log.store)).toStrictEqual(['s.1:1:a.1.1', 's.10:1:b.1.3', 's.1:2:b.1.4']);
    });

    it('lets one of many racing writers win each version, and all others can read who', async () => {
      let lastSeq = 0;
      for (let version = 1; version <= 20; version++) {
        const writers = [0, 1, 2, 3, 4, 5];
        const outcomes = await Promise.all(
          writers.map((w) =>
            append(w % 2 ? log.store : log.other, draft('s.1', version, `w${w}.1.${version}`, lastSeq)),
          ),
        );
        const winners = writers.filter((w) => outcomes[w]!.kind === 'ok');
        expect(winners).toHaveLength(1);
        const losers = outcomes.filter((outcome) => outcome.kind !== 'ok').map((outcome) => outcome.kind);
        expect(losers).toStrictEqual(['conflict', 'conflict', 'conflict', 'conflict', 'conflict']);
        const winner = await readNext(log.store, 's.1', lastSeq);
        expect(idOf(found(winner))).toBe(`s.1:${version}:w${winners[0]}.1.${version}`);
        lastSeq = okSeq(outcomes[winners[0]!]!);
      }
      expect(await idsOf(log.store)).toHaveLength(20);
    });

    it('reads the commit at the version that was tried, not the last one', async () => {
      const first = okSeq(await append(log.store, draft('s.1', 1, 'a.1.1', 0)));
      okSeq(await append(log.store, draft('other.1', 1, 'a.1.2', 0)));
      const second = okSeq(await append(log.store, draft('s.1', 2, 'a.1.3', first)));
      const third = okSeq(await append(log.store, draft('s.1', 3, 'a.1.4', second)));
      expect(idOf(found(await readNext(log.other, 's.1', 0)))).toBe('s.1:1:a.1.1');
      expect(idOf(found(await readNext(log.other, 's.1', first)))).toBe('s.1:2:a.1.3');
      expect(idOf(found(await readNext(log.other, 's.1', second)))).toBe('s.1:3:a.1.4');
      expect((await readNext(log.other, 's.1', third)).kind).toBe('none');
      expect((await readNext(log.other, 's.2', 0)).kind).toBe('none');
    });

    it('never stores the second try of a commit whose answer was lost', async () => {
      const request = draft('s.1', 1, 'a.1.1', 0);
      okSeq(await append(log.store, request));
      const again = await append(log.store, request);
      // Which of the two depends on the server; neither says whose commit is there.
      expect(['duplicate', 'conflict']).toContain(again.kind);
      okSeq(await append(log.store, draft('s.1', 2, 'a.1.2', 1)));
      const later = await append(log.store, request);
      expect(['duplicate', 'conflict']).toContain(later.kind);
      expect(idOf(found(await readNext(log.store, 's.1', 0)))).toBe('s.1:1:a.1.1');
      expect(await idsOf(log.store)).toStrictEqual(['s.1:1:a.1.1', 's.1:2:a.1.2']);
    });

    it('stores an append whose outcome is unknown to its writer, and a reader finds it', async () => {
      const request = draft('s.1', 1, 'a.1.1', 0);
      expect((await append(log.deaf, request)).kind).toBe('unknown');
      expect(idOf(found(await readNext(log.store, 's.1', 0)))).toBe('s.1:1:a.1.1');
      const again = await append(log.store, request);
      expect(['duplicate', 'conflict']).toContain(again.kind);
      expect(await idsOf(log.store)).toStrictEqual(['s.1:1:a.1.1']);
    });

    it('delivers everything in order, each once, while many write', async () => {
      const before = okSeq(await append(log.store, draft('s.0', 1, 'a.0.1', 0)));
      expect(before).toBe(1);
      const all = followed(log.other, '', 1);
      await Promise.all(
        [1, 2, 3, 4].map((writer) => writeStream(writer % 2 ? log.store : log.other, `s.${writer}`, 25)),
      );
      await all.until((entries) => commitsIn(entries).length === 101);
      const commits = commitsIn(all.entries);
      expect(commits.map((commit) => commit.seq)).toStrictEqual(Array.from({ length: 101 }, (_, i) => i + 1));
      for (const writer of [1, 2, 3, 4]) {
        const versions = commits.filter((commit) => commit.stream === `s.${writer}`).map((commit) => idOf(commit));
        expect(versions).toStrictEqual(Array.from({ length: 25 }, (_, i) => `s.${writer}:${i + 1}:w.1.${i + 1}`));
      }
      expect(all.entries.filter((entry) => entry === 'caught up')).toHaveLength(1);
      expect(all.entries[0]).not.toBe('caught up');
    });

    it('says once that it has caught up, after what existed and before what came later', async () => {
      const empty = followed(log.store, '', 1);
      await empty.until((entries) => entries.length === 1);
      expect(empty.entries).toStrictEqual(['caught up']);
      await writeStream(log.store, 's.1', 3);
      const full = followed(log.other, '', 1);
      await full.until((entries) => entries.length === 4);
      okSeq(await append(log.store, draft('s.2', 1, 'a.1.9', 0)));
      await full.until((entries) => entries.length === 5);
      expect(full.words()).toStrictEqual(['s.1:1', 's.1:2', 's.1:3', 'caught up', 's.2:1']);
    });

    it('follows streams by the beginning of their names, from a sequence on, until cancelled', async () => {
      await writeStream(log.store, 'security-group.SG1', 2);
      await writeStream(log.store, 'hypersync.SG1', 2);
      await writeStream(log.store, 'security-group.SG2', 2);
      const groups = followed(log.other, 'security-group.', 2);
      await groups.until((entries) => entries.includes('caught up'));
      expect(groups.words()).toStrictEqual([
        'security-group.SG1:2',
        'security-group.SG2:1',
        'security-group.SG2:2',
        'caught up',
      ]);
      cancels.pop()!();
      const all = followed(log.other, '', 7);
      okSeq(await append(log.store, draft('security-group.SG3', 1, 'a.1.9', 0)));
      await all.until((entries) => entries.length === 2);
      expect(groups.words()).toHaveLength(4);
    });

    it('gives each piece of work to one process, and only of the kind asked for', async () => {
      const mine: string[] = [];
      const theirs: string[] = [];
      const wait = deferred<void>();
      const take = (list: string[]) => (commit: StoredCommit, acknowledge: () => void) => {
        list.push(wordOf(commit));
        acknowledge();
        if (mine.length + theirs.length === 20) wait.resolve();
      };
      cancels.push(log.store.work('security-group', take(mine)), log.other.work('security-group', take(theirs)));
      await writeStream(log.store, 'hypersync.SG1', 3);
      await Promise.all([
        writeStream(log.store, 'security-group.SG1', 10),
        writeStream(log.other, 'security-group.SG2', 10),
      ]);
      await wait.promise;
      await pause(log.redeliverMs * 2);
      const expected = ['SG1', 'SG2'].flatMap((id) =>
        Array.from({ length: 10 }, (_, i) => `security-group.${id}:${i + 1}`),
      );
      expect([...mine, ...theirs].sort()).toStrictEqual(expected.sort());
    });

    it('delivers work again until it is acknowledged, also to another process', async () => {
      await writeStream(log.store, 's.1', 1);
      const seen: string[] = [];
      const twice = deferred<void>();
      const cancelFirst = log.store.work('s', (commit) => {
        seen.push(`first ${wordOf(commit)}`);
        if (seen.length === 2) twice.resolve();
      });
      cancels.push(cancelFirst);
      await twice.promise;
      cancelFirst();
      const taken = deferred<void>();
      cancels.push(
        log.other.work('s', (commit, acknowledge) => {
          seen.push(`second ${wordOf(commit)}`);
          acknowledge();
          taken.resolve();
        }),
      );
      await taken.promise;
      await pause(log.redeliverMs * 2);
      expect(seen.filter((word) => word === 'second s.1:1')).toHaveLength(1);
      expect(seen.slice(0, 2)).toStrictEqual(['first s.1:1', 'first s.1:1']);
    });

    it('says how full it is', async () => {
      const empty = await usage(log.store);
      await writeStream(log.store, 's.1', 10, 'x'.repeat(1000));
      const later = await usage(log.other);
      expect(later.maxBytes).toBe(empty.maxBytes);
      expect(later.usedBytes - empty.usedBytes).toBeGreaterThanOrEqual(10_000);
      expect(later.usedBytes).toBeLessThan(later.maxBytes);
    });

    it('stores nothing more once it is full, and keeps what it has', async () => {
      await log.close();
      log = await make({ maxBytes: 64 * 1024 });
      let lastSeq = 0;
      let outcome: AppendOutcome = { kind: 'conflict' };
      for (let version = 1; version <= 100; version++) {
        outcome = await append(log.store, draft('s.1', version, `a.1.${version}`, lastSeq, 'x'.repeat(4000)));
        if (outcome.kind !== 'ok') break;
        lastSeq = outcome.seq;
      }
      expect(outcome.kind).toBe('full');
      expect(lastSeq).toBeGreaterThan(8);
      expect((await readNext(log.store, 's.1', lastSeq)).kind).toBe('none');
      expect(await idsOf(log.store)).toHaveLength(lastSeq);
    });

    async function idsOf(store: CommitStore): Promise<string[]> {
      const all = followed(store, '', 1);
      await all.until((entries) => entries.includes('caught up'));
      return commitsIn(all.entries).map(idOf);
    }
  });
}

class Followed {
  readonly entries: (StoredCommit | 'caught up')[] = [];
  #check: () => void = () => {};

  add(commit: StoredCommit): void {
    this.entries.push({ ...commit, bytes: commit.bytes.slice() });
    this.#check();
  }

  note(word: 'caught up'): void {
    this.entries.push(word);
    this.#check();
  }

  words(): string[] {
    return this.entries.map((entry) => (entry === 'caught up' ? entry : wordOf(entry)));
  }

  until(condition: (entries: readonly (StoredCommit | 'caught up')[]) => boolean): Promise<void> {
    const { promise, resolve } = deferred<void>();
    this.#check = () => {
      if (condition(this.entries)) resolve();
    };
    this.#check();
    return promise;
  }
}

function draft(stream: string, version: number, id: string, expectLastSeq: number, body = ''): AppendRequest {
  const msgId = `${stream}:${version}:${id}`;
  return { stream, expectLastSeq, msgId, bytes: text.encode(JSON.stringify({ msgId, body })) };
}

/** Writes versions 1 to `count` of a stream that is its own. */
async function writeStream(store: CommitStore, stream: string, count: number, body = ''): Promise<void> {
  let lastSeq = 0;
  for (let version = 1; version <= count; version++) {
    lastSeq = okSeq(await append(store, draft(stream, version, `w.1.${version}`, lastSeq, body)));
  }
}

function append(store: CommitStore, request: AppendRequest): Promise<AppendOutcome> {
  const { promise, resolve } = deferred<AppendOutcome>();
  store.append(request, resolve);
  return promise;
}

function readNext(store: CommitStore, stream: string, afterSeq: number): Promise<ReadOutcome> {
  const { promise, resolve } = deferred<ReadOutcome>();
  store.readNext(stream, afterSeq, resolve);
  return promise;
}

async function usage(store: CommitStore): Promise<{ usedBytes: number; maxBytes: number }> {
  const { promise, resolve } = deferred<{ usedBytes: number; maxBytes: number } | undefined>();
  store.usage(resolve);
  const seen = await promise;
  if (seen === undefined) throw new Error('expected the log to say how full it is');
  return seen;
}

function okSeq(outcome: AppendOutcome): number {
  if (outcome.kind !== 'ok') throw new Error(`expected the append to succeed, saw ${JSON.stringify(outcome)}`);
  return outcome.seq;
}

function found(outcome: ReadOutcome): StoredCommit {
  if (outcome.kind !== 'found') throw new Error(`expected to find a commit, saw ${JSON.stringify(outcome)}`);
  return outcome.commit;
}

function plain(outcome: ReadOutcome): unknown {
  const { seq, stream, bytes } = found(outcome);
  return { seq, stream, bytes: [...bytes] };
}

function idOf(commit: StoredCommit): string {
  return (JSON.parse(new TextDecoder().decode(commit.bytes)) as { msgId: string }).msgId;
}

/** `stream:version` of a commit made by `draft`. */
function wordOf(commit: StoredCommit): string {
  return idOf(commit).split(':').slice(0, 2).join(':');
}

function commitsIn(entries: readonly (StoredCommit | 'caught up')[]): StoredCommit[] {
  return entries.filter((entry) => entry !== 'caught up');
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  return Promise.withResolvers<T>();
}

/** Nothing tells that something does not happen but the passing of time. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
