/** The contract every lab keeps, run by each lab's own specs on the fabric it is handed. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LabError } from './lab-error.js';
import type { Lab } from './lab.js';
import type { RunRecord } from './record.js';
import { sealLog } from './seal.js';
import type { ProcessStatus } from './status.js';
import { sameTarget, type Target } from './target.js';

export interface LabContractOptions {
  /** How long a test may take, in real ms. */
  readonly timeoutMs: number;
  /** How long to wait, in the lab's time, for a process to come back or a view to settle. */
  readonly settleMs: number;
}

const BUS: Target = { role: 'bus', id: 'bus' };

/** The parts of a stored commit that the contract reads. */
interface StoredFields {
  readonly events: readonly { readonly type: string }[];
}

function lastCommit(record: RunRecord): StoredFields {
  return JSON.parse(record.log[record.log.length - 1] ?? '{}') as StoredFields;
}

/**
 * Declares the suite. `makeLab` gives a lab that is not up yet, with at least two orchestrators and
 * two members, whose members reboot within `settleMs`.
 */
export function labContract(name: string, makeLab: () => Promise<Lab>, options: LabContractOptions): void {
  describe(`${name} keeps the contract of a lab`, () => {
    let lab: Lab;

    const first = (role: Target['role']): Target => lab.targets.find((t) => t.role === role)!;
    const rows = async (): Promise<ProcessStatus[]> => {
      const s = await lab.status();
      return [...s.orchestrators, ...s.members, s.sync, s.traffic];
    };
    const row = async (target: Target): Promise<ProcessStatus> =>
      (await rows()).find((r) => sameTarget(r as Target, target))!;
    const isBack = async (count: number): Promise<void> => {
      await lab.waitUntil({ name: 'processes-running', until: { equals: count } }, options.settleMs);
    };

    beforeEach(async () => {
      lab = await makeLab();
      await lab.up();
    }, options.timeoutMs);

    afterEach(async () => {
      await lab.down();
    }, options.timeoutMs);

    it(
      'comes up with every process of the plan running and ready',
      async () => {
        const all = await rows();
        expect(all.map((r) => `${r.role} ${r.id}`).sort()).toEqual(
          lab.plan.roles.map((r) => `${r.role} ${r.id}`).sort(),
        );
        expect(all.map((r) => [r.process, r.incarnation > 0])).toEqual(all.map(() => ['running', true]));
        // A view may flicker, where an orchestrator waits for a processor longer than its lease lasts.
        await lab.waitUntil({ name: 'ready', until: { equals: true } }, options.settleMs);
      },
      options.timeoutMs,
    );

    it(
      'is watched from outside, until the watcher has seen enough',
      async () => {
        const seen: number[] = [];
        const end = lab.watch(40, ({ status, progress }) => {
          seen.push(status.atMs);
          expect([status.fabric, progress]).toEqual([lab.plan.fabric, undefined]);
        });
        const beganMs = lab.nowMs();
        while (seen.length < 3 && lab.nowMs() - beganMs < options.settleMs) await lab.waitMs(40);
        end();
        const enough = seen.length;
        expect(enough).toBeGreaterThanOrEqual(3);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        await lab.waitMs(200);
        expect(seen).toHaveLength(enough);
      },
      options.timeoutMs,
    );

    it(
      'brings a panicked member back by itself as a new incarnation, and leaves a killed one dead',
      async () => {
        const member = first('member');
        const before = await row(member);
        const count = (await rows()).length;
        await lab.kill(member);
        const dead = await row(member);
        expect([dead.process, dead.pid]).toEqual(['rebooting', null]);
        await isBack(count);
        const after = await row(member);
        expect(after.incarnation).toBeGreaterThan(before.incarnation);

        await lab.kill(member, { rebootAfterMs: null });
        await lab.waitMs(50);
        expect((await row(member)).process).toBe('dead');
        await lab.restart(member);
        await isBack(count);
        expect((await row(member)).incarnation).toBeGreaterThan(after.incarnation);
      },
      options.timeoutMs,
    );

    it(
      'hangs a process without ending it: the same incarnation answers after resume',
      async () => {
        const member = first('member');
        const before = await row(member);
        await lab.hang(member);
        expect((await row(member)).process).toBe('hung');
        await expect(lab.command(member, { name: 'status' }, 100)).rejects.toMatchObject({ kind: 'environment' });
        await lab.resume(member);
        const after = await row(member);
        expect([after.process, after.incarnation]).toEqual(['running', before.incarnation]);
        expect((await lab.command(member, { name: 'status' })).ok).toBe(true);
      },
      options.timeoutMs,
    );

    it(
      'refuses what cannot be, and says what can',
      async () => {
        const reply = await lab.command(first('member'), { name: 'no-such-command' });
        expect(reply.ok).toBe(false);
        const nobody: Target = { role: 'member', id: '9_99' };
        await expect(lab.kill(nobody)).rejects.toBeInstanceOf(LabError);
        await expect(lab.kill(nobody)).rejects.toThrow(/9_99.*Name one of: /s);
        await expect(lab.resume(first('member'))).rejects.toThrow(/not hung/);
        await expect(lab.probe('no-such-probe')).rejects.toMatchObject({ kind: 'bad-input' });
        await expect(lab.waitUntil({ name: 'processes-running', until: { atLeast: 1000 } }, 50)).rejects.toMatchObject({
          kind: 'deviated',
        });
      },
      options.timeoutMs,
    );

    it(
      'lets its own time pass',
      async () => {
        const start = lab.nowMs();
        await lab.waitMs(120);
        expect(lab.nowMs() - start).toBeGreaterThanOrEqual(120);
      },
      options.timeoutMs,
    );

    it(
      'survives a restart of the bus',
      async () => {
        await lab.restart({ role: 'bus', id: 'bus' });
        await lab.waitUntil({ name: 'ready', until: { equals: true } }, options.settleMs);
        expect((await lab.status()).bus).toBe('up');
      },
      options.timeoutMs,
    );

    it(
      'cuts a process off from the bus, whichever way is cut, and mends the link',
      async () => {
        const member = first('member');
        const before = await row(member);
        for (const [from, to, bothWays] of [
          [member, BUS, true],
          [member, BUS, false],
          [BUS, member, false],
        ] as const) {
          await lab.link(from, to, { cut: true, bothWays });
          await expect(lab.command(member, { name: 'status' }, 100)).rejects.toMatchObject({ kind: 'environment' });
          expect([(await row(member)).process, (await row(member)).state]).toEqual(['running', 'unreachable']);
          await lab.link(from, to, {});
          await lab.waitUntil({ name: 'ready', until: { equals: true } }, options.settleMs);
        }
        expect((await row(member)).incarnation).toBe(before.incarnation);
      },
      options.timeoutMs,
    );

    it(
      'delays and meters the link of a process to the bus',
      async () => {
        const member = first('member');
        await lab.link(member, BUS, { delayMs: 20 });
        await lab.link(member, BUS, { rateKbps: 4000 });
        await lab.waitUntil({ name: 'ready', until: { equals: true } }, options.settleMs);
        await lab.link(member, BUS, {});
        await expect(lab.link(BUS, BUS, { delayMs: 20 })).rejects.toBeInstanceOf(LabError);
        expect((await lab.collect()).faults.map((f) => [f.fault, f.target, f.detail])).toEqual([
          ['link', `member ${member.id}`, { to: 'bus', delayMs: 20 }],
          ['link', `member ${member.id}`, { to: 'bus', rateKbps: 4000 }],
          ['mend', `member ${member.id}`, { to: 'bus' }],
        ]);
      },
      options.timeoutMs,
    );

    it(
      'refuses what only a simulation can do to a link, and in a simulation does it',
      async () => {
        for (const spec of [
          { lossPerMillion: 1 },
          { reorderPerMillion: 1 },
          { duplicatePerMillion: 1 },
          { logDelayMs: 1 },
        ]) {
          const done = lab.link(first('member'), BUS, spec);
          if (lab.world === 'simulated') await done;
          else await expect(done).rejects.toMatchObject({ kind: 'environment' });
        }
        const between = lab.link(first('orchestrator'), first('member'), { cut: true });
        if (lab.world === 'simulated') await between;
        else await expect(between).rejects.toMatchObject({ kind: 'environment' });
      },
      options.timeoutMs,
    );

    it(
      'leaves the log as much room as it is told, gives it back, and ends a full log all the same',
      async () => {
        const { maxBytes } = await lab.logUsage();
        await lab.limitLog(5000);
        const little = await lab.logUsage();
        expect(little.maxBytes - little.usedBytes).toBeLessThanOrEqual(5000);
        await lab.limitLog(null);
        expect((await lab.logUsage()).maxBytes).toBe(maxBytes);
        await lab.limitLog(0);
        const none = await lab.logUsage();
        expect(none.usedBytes).toBe(none.maxBytes);
        const record = await lab.collect();
        expect(lastCommit(record).events.map((e) => e.type)).toEqual(['RunClosed']);
        expect(record.faults.map((f) => f.fault)).toEqual(['disk-full', 'disk-free', 'disk-full', 'disk-free']);
      },
      options.timeoutMs,
    );

    it(
      'records what a role was told to do to itself, and gives its reason where it refuses',
      async () => {
        const member = first('member');
        await expect(lab.inflict(member, { name: 'no-such-fault', args: {} })).rejects.toMatchObject({
          kind: 'bad-input',
        });
        await lab.inflict(member, { name: 'status', args: { a: 1 } });
        expect((await lab.collect()).faults.map((f) => [f.fault, f.detail])).toEqual([['status', { a: 1 }]]);
      },
      options.timeoutMs,
    );

    it(
      'collects a whole log that ends with RunClosed and a seal that fits it, twice the same',
      async () => {
        await lab.kill(first('member'));
        await isBack((await rows()).length);
        const record = await lab.collect();
        expect(record.seal).toEqual(sealLog(record.log, record.plan.site));
        expect(record.seal.sequences).toEqual({ first: 1, last: record.log.length, count: record.log.length });
        expect(lastCommit(record).events.map((e) => e.type)).toEqual(['RunClosed']);
        expect(record.faults.map((f) => [f.fault, f.target])).toEqual([['panic', `member ${first('member').id}`]]);
        expect(record.plan).toEqual(lab.plan);
        expect(await lab.collect()).toEqual(record);
      },
      options.timeoutMs,
    );

    it(
      'goes down once, and stays down',
      async () => {
        await lab.down();
        await lab.down();
        await expect(lab.command(first('member'), { name: 'status' }, 100)).rejects.toMatchObject({
          kind: 'environment',
        });
      },
      options.timeoutMs,
    );
  });
}
