import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Lab } from '@rehearsal/lab-port';
import { settle, simulated } from './testing/settled-lab.js';

const FABRIC = join(import.meta.dirname, '../../../examples/fabrics/upgrades.fabric.yaml');
const CONDUCTOR = { role: 'upgrade-conductor', id: '1' } as const;
const PACKAGE = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
const QUICK = { 'upgrade.installSec': '5', 'upgrade.rebootSec': '5', 'upgrade.gateSec': '15' };
const SEEDS = [1, 2, 3, 4, 5, 6];

interface Gate {
  readonly asked?: readonly { readonly service: string; readonly asked: number; readonly answered: number }[];
  readonly flow?: { readonly at: string; readonly openMs: number; readonly silentMs: number };
}

interface Lived {
  readonly status: unknown;
  /** What gates saw that were passed. */
  readonly gates: readonly Gate[];
  readonly reason: string;
  readonly log: string;
}

/** A fabric that nobody uses is upgraded. */
async function upgraded(seed: number, set: Record<string, string> = {}, meanwhile?: (lab: Lab) => Promise<void>) {
  const lab = simulated(loadFabric(FABRIC, { overrides: { ...QUICK, ...set } }), seed);
  await settle(lab);
  await lab.command(CONDUCTOR, { name: 'upgrade', args: { package: PACKAGE } });
  await meanwhile?.(lab);
  const isOver = (status: unknown): boolean => status === 'done' || status === 'stopped';
  let status: unknown;
  for (let s = 0; s < 180 && !isOver(status); s += 5) {
    await lab.waitMs(5000);
    const reply = await lab.command(CONDUCTOR, { name: 'status' });
    status = reply.ok ? (reply.body as { upgrade: { status: string } }).upgrade.status : reply.reason;
  }
  const lines = lab.sim.log.lines();
  await lab.down();
  const events = lines.flatMap((line) => (JSON.parse(line) as { events: Record<string, unknown>[] }).events);
  const gates = events.filter((e) => e['type'] === 'StepDone' && e['kind'] === 'gate').map((e) => e['probe'] as Gate);
  const stopped = events.find((e) => e['type'] === 'UpgradeStopped');
  return {
    status,
    gates,
    reason: (stopped?.['reason'] as string | undefined) ?? '',
    log: lines.join('\n'),
  } satisfies Lived;
}

/** Both members that serve die while the others are being installed, come back, and the upgrade is resumed. */
async function serversDie(lab: Lab): Promise<void> {
  const until = (name: string, equals: unknown): Promise<unknown> => lab.waitUntil({ name, until: { equals } }, 60_000);
  const serving = ['1_01', '1_02'].map((id) => ({ role: 'member', id }) as const);
  await until('upgrade-step', 6);
  for (const member of serving) await lab.kill(member);
  await until('upgrade-status', 'stopped');
  for (const member of serving) await lab.restart(member);
  await until('members-active', 2);
  await until('exposed-slots', 0);
  await lab.command(CONDUCTOR, { name: 'resume' });
}

const answered = ({ asked = [] }: Gate): string[] => asked.map((s) => `${s.service} ${s.answered} of ${s.asked}`);

describe('gates of an upgrade without traffic', () => {
  it.each(SEEDS)(
    'pass by what they ask: every service, and one connection from the first step on (seed %i)',
    async (seed) => {
      const { status, gates } = await upgraded(seed);
      expect(status).toBe('done');
      expect(gates.map(answered)).toEqual([1, 2].map(() => ['http 16 of 16', 'dns 16 of 16', 'ssh 16 of 16']));
      const [first, second] = gates.map(({ flow }) => flow!);
      expect(second!.openMs).toBeGreaterThan(first!.openMs + 10_000);
      expect([first!.silentMs < 3000, second!.silentMs < 3000]).toEqual([true, true]);
    },
  );

  it('make no chance of it: the same seed has the same log', async () => {
    expect((await upgraded(3)).log).toBe((await upgraded(3)).log);
  });

  it('stop it where the long connection has not lived through the step: taken down without a drain and without copies', async () => {
    const { status, gates, reason } = await upgraded(1, { 'admin.drain': 'false', 'sync.policy': 'never' });
    expect([status, gates]).toEqual(['stopped', []]);
    expect(reason).toMatch(/ for 16 s: the connection of ssh that was opened \d+ s ago is silent for \d+ s: \w+$/);
  });

  it('let a resumed one through, though all died that held the long connection: it is opened anew', async () => {
    const { status, gates } = await upgraded(1, {}, serversDie);
    expect(status).toBe('done');
    const [first] = gates.map(({ flow }) => flow!);
    // Since the upgrade went on: group B was being installed, for 10 seconds, and the gate looked for five.
    expect([first!.openMs < 30_000, first!.silentMs < 3000]).toEqual([true, true]);
  });

  it('let it through where they ask nothing, whatever became of that connection', async () => {
    const none = { 'upgrade.probes': 'none', 'admin.drain': 'false', 'sync.policy': 'never' };
    const { status, gates } = await upgraded(1, none);
    expect(status).toBe('done');
    expect(gates.map((gate) => [gate.asked, gate.flow])).toEqual([1, 2].map(() => [undefined, undefined]));
  });
});
