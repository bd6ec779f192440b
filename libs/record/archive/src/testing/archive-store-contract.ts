import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { ArchiveRefusal } from '../archive-store.js';
import type { ArchiveStore, LogArchive } from '../archive-store.js';
import { archivedMessage, flowRecord, messages, STREAM } from './messages.js';

/** A place for an archive, empty at first. */
export interface ArchiveHarness {
  /** Opens it; a store opened before is closed first by whoever opened it. */
  open(): Promise<ArchiveStore>;
  /** Runs a statement as the most powerful user there is; throws what the database says. */
  asOwner(sql: string): Promise<void>;
  close(): Promise<void>;
}

const encoder = new TextEncoder();

/** What every place for an archive must do. */
export function archiveStoreContract(name: string, make: () => Promise<ArchiveHarness>): void {
  describe(`the archive in ${name}`, () => {
    let harness: ArchiveHarness;
    let store: ArchiveStore;
    let runs = 0;
    const newLog = (): Promise<LogArchive> => store.openLog({ run: `run-${++runs}`, stream: STREAM });

    // Real databases: what takes a second on a free machine takes many on a loaded one.
    jest.setTimeout(60_000);
    beforeAll(async () => {
      harness = await make();
      store = await harness.open();
      await store.migrate();
    }, 120_000);
    afterAll(async () => {
      await store.close();
      await harness.close();
    }, 60_000);

    it('gives back exactly what was archived, in order', async () => {
      const log = await newLog();
      const odd = [
        archivedMessage(1),
        archivedMessage(2, { subject: 'demo.log.1.hypersync.SG1', headers: [] }),
        archivedMessage(3, { bytes: Uint8Array.of(0, 255, 10, 13, 92, 39, 0) }),
        archivedMessage(4, { bytes: encoder.encode('{"version":4,"text":"\\u0000"}') }),
        archivedMessage(5, { bytes: new Uint8Array(0) }),
        archivedMessage(6, {
          headers: [
            ['Nats-Msg-Id', 'a "quoted", {braced} \\ id'],
            ['Twice', '1'],
            ['Twice', '2'],
            ['another', ''],
          ],
          bytes: encoder.encode('{"version":"six"}'),
          storedNs: '9223372036854775807',
        }),
      ];
      expect(await log.checkpoint()).toBe(0);
      expect(await log.append(odd)).toBe(6);
      expect(await log.checkpoint()).toBe(6);
      expect(await log.read(1, 100)).toEqual(odd);
      expect(await log.read(3, 2)).toEqual(odd.slice(2, 4));
      expect(await log.read(7, 2)).toEqual([]);
      expect(await log.counts()).toEqual(
        new Map([
          ['hypersync', 1],
          ['security-group', 5],
        ]),
      );
    });

    it('stores what was stored before only once', async () => {
      const log = await newLog();
      await log.append(messages(1, 3));
      expect(await log.append(messages(1, 3))).toBe(3);
      expect(await log.append(messages(2, 4))).toBe(5);
      expect(await log.append([])).toBe(5);
      expect(await log.read(1, 100)).toEqual(messages(1, 5));
    });

    it('keeps whatever bytes there are, cut into whatever batches, however often each is sent again', async () => {
      const body = fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.json().map((text) => encoder.encode(text)),
      );
      const step = fc.record({ back: fc.nat(6), ahead: fc.integer({ min: 1, max: 8 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 24 }), fc.array(step), async (bodies, steps) => {
          const log = await newLog();
          const all = bodies.map((bytes, i) => archivedMessage(i + 1, { bytes: new Uint8Array(bytes) }));
          let end = 0;
          for (const { back, ahead } of [...steps, { back: 0, ahead: all.length }]) {
            const next = Math.min(end + ahead, all.length);
            end = await log.append(all.slice(Math.max(0, end - back), next));
            expect(end).toBe(next);
          }
          expect(await log.read(1, 100)).toEqual(all);
        }),
        { numRuns: 15 },
      );
    });

    it('refuses a skipped sequence, and stores nothing of what came with it', async () => {
      const log = await newLog();
      await expect(log.append(messages(2, 1))).rejects.toThrow(
        `log ${STREAM} of run ${log.key.run}: expected sequence 1 next, saw 2: a commit is missing`,
      );
      await log.append(messages(1, 2));
      await expect(log.append([archivedMessage(3), archivedMessage(5)])).rejects.toThrow(ArchiveRefusal);
      await expect(log.append(messages(4, 2))).rejects.toThrow(ArchiveRefusal);
      expect(await log.read(1, 100)).toEqual(messages(1, 2));
    });

    it('keeps the logs of two runs apart', async () => {
      const [one, two] = [await newLog(), await newLog()];
      await one.append(messages(1, 2));
      await two.append(messages(1, 5));
      expect([await one.checkpoint(), await two.checkpoint()]).toEqual([2, 5]);
      const seen = (await store.logs()).filter(({ run }) => [one.key.run, two.key.run].includes(run));
      expect(seen).toEqual([
        { ...one.key, archivedSeq: 2 },
        { ...two.key, archivedSeq: 5 },
      ]);
    });

    it('remembers how far each log was published, and where to', async () => {
      const [one, two] = [await newLog(), await newLog()];
      expect(await one.published()).toEqual([]);
      await one.confirmPublished({ name: 'kafka a x', seq: 3 });
      await one.confirmPublished({ name: 'kafka b x', seq: 1 });
      await two.confirmPublished({ name: 'kafka a x', seq: 9_007_199_254_740_991 });
      await one.confirmPublished({ name: 'kafka a x', seq: 5 });
      expect(await one.published()).toEqual([
        { name: 'kafka a x', seq: 5 },
        { name: 'kafka b x', seq: 1 },
      ]);
      expect(await two.published()).toEqual([{ name: 'kafka a x', seq: 9_007_199_254_740_991 }]);
    });

    it('keeps flow records, each once, and remembers how far their stream was read', async () => {
      const key = { run: `run-${++runs}`, stream: 'demo_FLOWS_1' };
      const flows = await store.openFlows(key);
      expect(await flows.readUpTo()).toBe(0);
      await flows.add([flowRecord(0), flowRecord(1, { kind: 'refused', reason: 'policy_drop', rule: -1 })], 4);
      // After a gap, and some of it again.
      const translated = { src: 0xcb007101 | 0, dst: 2, srcPort: 10_240, dstPort: 443 };
      await flows.add([flowRecord(1), flowRecord(7, { kind: 'in_step', peer: 2, translated })], 9);
      await flows.add([], 11);
      const again = await store.openFlows(key);
      expect([await again.readUpTo(), [...(await again.counts())]]).toEqual([
        11,
        [
          ['in_step', 1],
          ['opened', 1],
          ['refused', 1],
        ],
      ]);
      const other = await store.openFlows({ ...key, run: `run-${++runs}` });
      expect([await other.readUpTo(), [...(await other.counts())]]).toEqual([0, []]);
      const which = `flow_id = archive.open_flows('${key.run}', '${key.stream}')`;
      await harness.asOwner(`DO $$ DECLARE said text; BEGIN
        SELECT string_agg(concat_ws(' ', number, kind, src, src_port, peer, reason, rule, translated, packets_sent), '; '
          ORDER BY number) INTO said FROM archive.flow_records WHERE ${which};
        ASSERT said = '0 opened 10.1.0.5 40000 3 5; 1 refused 10.1.0.5 40000 policy_drop -1 5; ' ||
          '7 in_step 10.1.0.5 40000 2 3 203.0.113.1:10240>0.0.0.2:443 5', said; END $$`);
      for (const change of ['UPDATE archive.flow_records SET kind = $$x$$', 'DELETE FROM archive.flow_records']) {
        await expect(harness.asOwner(`${change} WHERE ${which}`)).rejects.toThrow(/the archive is never changed/);
      }
      await expect(harness.asOwner('TRUNCATE archive.flow_records')).rejects.toThrow(/never changed/);
    });

    it('takes the batches of two writers of one log in turns, each message once', async () => {
      const log = await newLog();
      const again = await store.openLog(log.key);
      for (let from = 1; from < 60; from += 6) {
        await Promise.all([log.append(messages(from, 6)), again.append(messages(from, 4))]);
      }
      expect(await log.read(1, 100)).toEqual(messages(1, 60));
    });

    it('has in columns what the bytes say', async () => {
      const log = await newLog();
      await log.append([archivedMessage(1), archivedMessage(2, { bytes: encoder.encode('no JSON') })]);
      const wrong = `SELECT 1 / count(*) FROM archive.commits c JOIN archive.logs l USING (log_id)
        WHERE l.run = '${log.key.run}' AND c.seq`;
      const asTold = `c.version = 1 AND c.commit->>'id' = 'c1' AND c.message_id = 'security-group.SG1:1:c1'
        AND c.kind = 'security-group' AND c.stream = 'security-group.SG1'`;
      await harness.asOwner(`${wrong} = 1 AND ${asTold}`);
      await harness.asOwner(`${wrong} = 2 AND c.version IS NULL AND c.commit IS NULL`);
      await expect(harness.asOwner(`${wrong} = 2 AND ${asTold}`)).rejects.toThrow(/division by zero/);
    });

    it.each([
      ['a changed commit', "UPDATE archive.commits SET bytes = 'x'"],
      ['a removed commit', 'DELETE FROM archive.commits WHERE seq = 1'],
      ['an emptied table', 'TRUNCATE archive.commits'],
      [
        'a change behind the table',
        "DO $$ BEGIN EXECUTE (SELECT format('UPDATE archive.%I SET seq = 9', relname) FROM pg_class WHERE relname LIKE 'commits\\_%' AND relkind = 'r' AND reltuples <> 0 LIMIT 1); END $$",
      ],
      [
        'an emptied part',
        "DO $$ BEGIN EXECUTE (SELECT format('TRUNCATE archive.%I', relname) FROM pg_class WHERE relname LIKE 'commits\\_%' AND relkind = 'r' LIMIT 1); END $$",
      ],
      ['a session that calls itself a replica', 'SET session_replication_role = replica; DELETE FROM archive.commits'],
      ['a forgotten log', 'DELETE FROM archive.logs'],
    ])('refuses %s, even of its owner', async (_name, sql) => {
      const log = await newLog();
      await log.append(messages(1, 2));
      await expect(harness.asOwner(sql)).rejects.toThrow(/the archive is never changed/);
      expect(await log.read(1, 9)).toEqual(messages(1, 2));
    });

    it('does not let a checkpoint go back', async () => {
      const log = await newLog();
      await log.append(messages(1, 2));
      const back = `UPDATE archive.logs SET archived_seq = 1 WHERE run = '${log.key.run}'`;
      await expect(harness.asOwner(back)).rejects.toThrow(/a checkpoint only moves forward: 2 to 1 was refused/);
    });

    it('notices commits that somebody else put after its checkpoint', async () => {
      const log = await newLog();
      await log.append(messages(1, 1));
      await harness.asOwner(
        `INSERT INTO archive.commits (log_id, seq, subject, headers, bytes, stored_ns)
         SELECT log_id, 3, 'demo.log.1.run.x', '[]', '', 0 FROM archive.logs WHERE run = '${log.key.run}'`,
      );
      await expect(log.append(messages(2, 2))).rejects.toThrow(/1 commits after the checkpoint 1 are in the archive/);
      expect(await log.checkpoint()).toBe(1);
    });

    it('is there when it is opened again, and is not migrated twice', async () => {
      const log = await newLog();
      await log.append(messages(1, 4));
      await store.close();
      store = await harness.open();
      await store.migrate();
      const again = await store.openLog(log.key);
      expect(await again.checkpoint()).toBe(4);
      expect(await again.append(messages(5, 1))).toBe(5);
      expect(await again.read(1, 9)).toEqual(messages(1, 5));
    });

    it('refuses tables that a newer program made', async () => {
      await harness.asOwner("INSERT INTO archive.schema_version (version, name) VALUES (999, 'later')");
      await expect(store.migrate()).rejects.toThrow(/saw version 999: a newer Rehearsal made this archive/);
      await harness.asOwner('DELETE FROM archive.schema_version WHERE version = 999');
      await store.migrate();
    });
  });
}
