import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findCaptures, Traffic } from '@rehearsal/experiment';
import { loadFabric } from '@rehearsal/fabric';
import type { Lab, Target } from '@rehearsal/lab-port';
import { calmOptions, roughOptions } from '@rehearsal/simulator';
import { compareWithControl, type ConnectionRow, type LedgerSummary, type TrafficPlan } from '@rehearsal/traffic';
import { settle, settled, simulated } from './testing/settled-lab.js';

const root = resolve(import.meta.dirname, '../../..');
const FABRIC = join(root, 'examples/fabrics/anything.fabric.yaml');
const beside = join(dirname(root), 'shared', 'captures');
const folders = [join(root, 'examples', 'captures'), beside, process.env['REHEARSE_CAPTURES'] ?? ''].filter(
  (folder, index) => index === 0 || (folder !== '' && existsSync(folder)),
);
const member = (id: string): Target => ({ role: 'member', id });

interface Account {
  readonly ledger: LedgerSummary;
  readonly rows: readonly ConnectionRow[];
}

/** Plays a folder through a lossless fabric that suffers `faults` while packets flow. */
async function play(
  folder: string,
  seed: number,
  faults?: (lab: Lab) => Promise<void>,
  nat?: object,
): Promise<Account> {
  const { files, plays } = findCaptures(
    [{ folder, skipUnreadable: true }],
    (path) => path,
    () => {},
  );
  const bare = loadFabric(FABRIC, { profile: 'lossless' });
  const policy = nat === undefined ? bare.policy : { ...(bare.policy as object), nat };
  const plan = { ...bare, policy, traffic: { ...bare.traffic, captures: files } };
  const options = faults === undefined ? calmOptions(plan.settings) : roughOptions(plan.settings);
  const lab = simulated(plan, seed, options);
  const traffic = new Traffic(lab);
  const sent: TrafficPlan = { captures: [...plays], capturesAtOnce: 16, answersWait: nat !== undefined };
  try {
    await settle(lab);
    await traffic.start(sent);
    await lab.waitMs(300);
    await faults?.(lab);
    await lab.command(
      { role: 'outside-world', id: 'outside' },
      { name: 'finish', args: { deadlineMs: 600_000 } },
      700_000,
    );
    return { ledger: await traffic.ledger(), rows: await traffic.connections() };
  } finally {
    await lab.down().catch(() => {});
  }
}

const panics = async (lab: Lab): Promise<void> => {
  await lab.kill(member('1_03'), { rebootAfterMs: 500 });
  await lab.waitMs(200);
  await settled(lab, 60_000);
  await lab.kill(member('1_01'));
};

describe.each(folders)('captures of %s', (folder) => {
  const control = play(folder, 1);

  it.each([1])(
    'fare the same while members panic, with seed %i',
    async (seed) => {
      const [run, twin] = [await play(folder, seed, panics), await control];
      expect(run.ledger).toMatchObject({ unexplained: 0, lost: {}, violations: {}, balanced: true, corrupted: 0 });
      expect(compareWithControl(run.rows, twin.rows)).toEqual([]);
      expect(run.rows.filter((r) => r.sent === 0)).toEqual([]);
      expect(run.ledger.sent).toBe(twin.ledger.sent);
    },
    120_000,
  );

  it('fare the same behind hide translation', async () => {
    const nat = { hide: [{ source: '10.0.0.0/8', behind: '203.0.113.1' }] };
    const [run, twin] = [await play(folder, 3, panics, nat), await play(folder, 1, undefined, nat)];
    expect(run.ledger).toMatchObject({ unexplained: 0, lost: {}, violations: {}, balanced: true, corrupted: 0 });
    expect(compareWithControl(run.rows, twin.rows)).toEqual([]);
  }, 120_000);

  it('are told apart from one that loses packets', async () => {
    const twin = await control;
    const rows = twin.rows.map((r, i) => (i === 1 ? { ...r, delivered: r.delivered - 1, dropped: { x: 1 } } : r));
    expect(compareWithControl(rows, twin.rows).map((d) => basename(d.cause))).toEqual(['x 1']);
  });
});
