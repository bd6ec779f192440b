import { describe, expect, it } from '@jest/globals';
import { PROBE_SUBJECT, REASONS } from '@rehearsal/protocol';
import type { LedgerSummary, ProbeEnd, ProbeOrder } from '@rehearsal/traffic';
import type { Probed } from './probing.js';
import { isProbeTag } from './tags.js';
import { EchoFabric } from './testing/echo-fabric.js';

const PLAN = { connections: 20, packetsPerSec: 200, durationMs: 10_000, mix: { https: 80, dns: 20 } };

let port = 30_000;
const end = (service: string, n: number): ProbeEnd => {
  return { service, client: 0x0a010000 + n, clientPort: port, server: 0xc6120000 + n, at: '1_03' };
};
const round = (): ProbeEnd[] => {
  port++;
  return [end('http', 1), end('dns', 2), end('ssh', 3), end('ssh', 4)];
};
const flow = { upgrade: 7, resumed: 7, ends: { ...end('ssh', 9), clientPort: 32_700 } };

function told(fabric: EchoFabric, order: Partial<ProbeOrder>): Probed {
  return fabric.question(PROBE_SUBJECT, { forMs: 1_000, ...order }) as Probed;
}

/** Stands at a gate for so long, and asks once a second. */
function stands(fabric: EchoFabric, seconds: number, begun = 20, kept = flow): Probed {
  let seen: Probed = {};
  for (let s = 0; s <= seconds; s++) {
    seen = told(fabric, { flow: kept, gate: { begun, probes: round() } });
    fabric.run(1_000);
  }
  return seen;
}

const unanswered = ({ asked = [] }: Probed): string[] =>
  asked.filter((s) => s.answered < s.asked).map((s) => `${s.service}: ${s.reason}`);

function up(): EchoFabric {
  const fabric = new EchoFabric();
  fabric.run(500);
  return fabric;
}

describe('probes of the outside world', () => {
  it('ask every service through the fabric, with traffic and without', () => {
    const fabric = up();
    const { asked, flow: kept } = stands(fabric, 4);
    expect(asked?.map((s) => [s.service, s.asked, s.answered])).toEqual([
      ['http', 1, 1],
      ['dns', 1, 1],
      ['ssh', 2, 2],
    ]);
    expect(kept).toMatchObject({ service: 'ssh', silentMs: 0 });
    expect(kept?.openMs).toBeGreaterThan(3_000);
  });

  it('take both ways into the fabric, and another one when one is dead', () => {
    const fabric = up();
    stands(fabric, 3);
    const taken = (id: string): number => fabric.orchestrator(id).taken.filter(isProbeTag).length;
    expect(taken('1_1') + taken('1_2')).toBeGreaterThan(30);
    expect(Math.min(taken('1_1'), taken('1_2'))).toBeGreaterThan(0);
    fabric.kill('1_1');
    expect(unanswered(stands(fabric, 8, 21))).toEqual([]);
  });

  it('say why they were not answered, are sent again while somebody waits at the gate, and then come through', () => {
    const fabric = up();
    fabric.fate = (tag) => (isProbeTag(tag) ? REASONS.policy_drop : 0);
    const all = ['http: policy_drop', 'dns: policy_drop', 'ssh: policy_drop'];
    expect(unanswered(stands(fabric, 8))).toEqual(all);
    fabric.fate = () => 0;
    expect(unanswered(stands(fabric, 0))).toEqual(all);
    expect(unanswered(stands(fabric, 12))).toEqual([]);
  });

  it('are counted apart: what the traffic sends, and what is said of it, is what it is without them', () => {
    const ledgerWith = (probing: boolean): LedgerSummary => {
      const fabric = up();
      fabric.ask('start', { plan: PLAN });
      if (probing) stands(fabric, 11);
      else fabric.run(12_000);
      fabric.tell('finish', { deadlineMs: 5_000 }, 5_000);
      return fabric.tell('ledger') as unknown as LedgerSummary;
    };
    const { probes, ...traffic } = ledgerWith(true);
    const alone = ledgerWith(false);
    expect(alone.probes).toBeUndefined();
    expect({ ...traffic, atMs: 0 }).toEqual({ ...alone, atMs: 0 });
    expect(probes).toMatchObject({ dropped: {}, lost: {}, unexplained: 0, duplicated: 0 });
    expect(probes?.delivered).toBeGreaterThan(60);
  });
});

describe('the connection that is kept open', () => {
  it('is opened once for an upgrade, and closed when nobody asks any more', () => {
    const fabric = up();
    told(fabric, { flow });
    fabric.run(30_000);
    expect(told(fabric, { flow }).flow?.openMs).toBeGreaterThan(29_000);
    expect(told(fabric, { over: true })).not.toHaveProperty('flow');
    fabric.run(1_000);
    const sent = fabric.orchestrator('1_1').taken.length + fabric.orchestrator('1_2').taken.length;
    fabric.run(10_000);
    expect(fabric.orchestrator('1_1').taken.length + fabric.orchestrator('1_2').taken.length).toBe(sent);
    expect(told(fabric, { flow: { ...flow, upgrade: 8 } }).flow?.openMs).toBe(0);
  });

  it('stays dead for the gate that finds it so, and is opened anew where the upgrade goes on', () => {
    const fabric = up();
    told(fabric, { flow });
    fabric.run(5_000);
    fabric.fate = (tag) => (isProbeTag(tag) ? REASONS.out_of_state : 0);
    fabric.run(10_000);
    const dead = stands(fabric, 5).flow;
    expect([dead?.reason, (dead?.silentMs ?? 0) > 10_000]).toEqual(['out_of_state', true]);
    fabric.fate = () => 0;
    const again = stands(fabric, 5, 21, { ...flow, resumed: 21 }).flow;
    expect([again?.silentMs, (again?.openMs ?? 0) < 10_000]).toEqual([0, true]);
  });

  it('stays open where the upgrade goes on, if it lives and is of what is asked', () => {
    const fabric = up();
    told(fabric, { flow });
    fabric.run(20_000);
    const { flow: same } = told(fabric, { flow: { ...flow, resumed: 21 } });
    expect(same?.openMs).toBeGreaterThan(19_000);
    const ends = { ...flow.ends, service: 'http' };
    expect(told(fabric, { flow: { ...flow, resumed: 22, ends } }).flow).toMatchObject({ service: 'http', openMs: 0 });
  });
});
