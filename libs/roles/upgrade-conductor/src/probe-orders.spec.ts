import { describe, expect, it } from '@jest/globals';
import { steeringOf } from '@rehearsal/dataplane';
import { resolveSettings } from '@rehearsal/kernel';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { securityGroup } from '@rehearsal/security-group';
import { Layout, Ledger, planOfProbes, PROBE_PORTS, TrafficSource, type ProbeEnd } from '@rehearsal/traffic';
import type { UpgradeState } from '@rehearsal/upgrade';
import { upgradeMachine } from '@rehearsal/upgrade';
import type { UpgradeConductorConfig } from './config.js';
import { planFrom } from './plan.js';
import { flowWanted, orderAtGate, orderBetweenGates } from './probe-orders.js';

const IDS = ['1_01', '1_02', '1_03', '1_04'];
const PACKAGE = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';

function configOf(change: Partial<UpgradeConductorConfig> = {}, set: Record<string, unknown> = {}) {
  const config: UpgradeConductorConfig = {
    settings: resolveSettings('vendor', set),
    securityGroup: 'SG1',
    members: IDS.map((id) => ({ id, weight: 1 })),
    orchestrators: ['1_1'],
    software: { release: 'R81.20', take: 99 },
    delivered: {},
    serials: {},
    groups: { A: IDS.slice(0, 2), B: IDS.slice(2) },
    policyHash: 'ab',
    build: 'build',
    ...change,
  };
  return config;
}

/** Slots go round the members that serve. */
function groupOf(serving: readonly string[], distribution = 'auto'): SecurityGroupState {
  const numbers = serving.map((id) => IDS.indexOf(id) + 1);
  const modes =
    distribution === 'auto' ? { inside: 'user', outside: 'network' } : { inside: 'general', outside: 'general' };
  return {
    ...securityGroup.initial,
    members: IDS.map((id) => ({ id })),
    active: Array.from({ length: 512 }, (_, slot) => numbers[slot % numbers.length] ?? 0),
    distribution: { ...modes, since: 0 },
  } as unknown as SecurityGroupState;
}

/** At the gate after group B. */
function atGate(config: UpgradeConductorConfig, change: Partial<UpgradeState> = {}): UpgradeState {
  const plan = planFrom({ package: PACKAGE }, config, 0);
  if (typeof plan === 'string') throw new Error(plan);
  const kinds = ['check', 'down', 'install', 'up', 'gate'] as const;
  const steps = kinds.map((kind) => ({ kind, of: kind === 'up' ? ['1_03', '1_04'] : [], to: [] }));
  return {
    ...upgradeMachine.initial,
    status: 'running',
    plan,
    steps,
    step: 4,
    startedWith: 1,
    resumedWith: 9,
    begunWith: 12,
    ...change,
  };
}

const tally = (probes: readonly ProbeEnd[]): Record<string, number> => {
  const out: Record<string, number> = {};
  for (const { service, at } of probes) out[`${service} ${at}`] = (out[`${service} ${at}`] ?? 0) + 1;
  return out;
};

/** Where each probe's first packet comes to, as an orchestrator finds it. */
function arrivals(config: UpgradeConductorConfig, group: SecurityGroupState, probes: readonly ProbeEnd[]): string[] {
  const steering = steeringOf(config.settings, group.distribution);
  const layout = new Layout(planOfProbes(1, probes), []);
  const { connections } = layout;
  const ledger = new Ledger({ connections, capacity: 512, startMs: 0, reasonName: String, isLoss: () => false });
  const [words, out] = [new Int32Array(512), Array.from({ length: connections }, () => '')];
  const source: TrafficSource = new TrafficSource(layout, ledger, (connection, step) => {
    const lenBytes = source.build(connection, step, words, new Uint8Array(words.buffer));
    out[connection] ||= IDS[(group.active[steering.steer(words, 0, lenBytes, 0)] ?? 0) - 1] ?? '';
  });
  source.advance(500, 0);
  return out;
}

describe('what a gate asks of the outside world', () => {
  it.each(['auto', 'general'])(
    'asks each service at every member in turn, those just back first (%s)',
    (distribution) => {
      const config = configOf({}, { 'upgrade.probesPerService': 6 });
      const group = groupOf(IDS, distribution);
      const { gate } = orderAtGate(config, group, atGate(config), 0);
      const { probes } = gate!;
      expect(tally(probes)).toEqual(
        Object.fromEntries(
          ['http', 'dns', 'ssh'].flatMap((s) => [
            [`${s} 1_03`, 2],
            [`${s} 1_04`, 2],
            [`${s} 1_01`, 1],
            [`${s} 1_02`, 1],
          ]),
        ),
      );
      expect(arrivals(config, group, probes)).toEqual(probes.map((p) => p.at));
    },
  );

  it('asks only those who serve, and asks all the same where nobody does', () => {
    const config = configOf();
    const some = orderAtGate(config, groupOf(['1_02']), atGate(config), 0).gate!.probes;
    expect(new Set(some.map((p) => p.at))).toEqual(new Set(['1_02']));
    const none = orderAtGate(config, groupOf([]), atGate(config), 0).gate!.probes;
    expect([none.length, new Set(none.map((p) => p.at))]).toEqual([48, new Set([''])]);
  });

  it('sends from hosts of the fabric, by ports that are set aside, others with each round', () => {
    const config = configOf({ addresses: { clients: '192.168.4.0/24', servers: '172.16.0.0/16' } });
    const round = (forMs: number): ProbeEnd[] => orderAtGate(config, groupOf(IDS), atGate(config), forMs).gate!.probes;
    for (const { client, server, clientPort } of round(0)) {
      expect([client >>> 8, server >>> 16]).toEqual([0xc0a804, 0xac10]);
      expect(clientPort >= PROBE_PORTS.from && clientPort <= PROBE_PORTS.to - 256).toBe(true);
    }
    expect(round(0)).toEqual(round(0));
    const ports = [0, 1_000, 2_000, 60_000].map((forMs) => round(forMs)[0]?.clientPort);
    expect(new Set(ports).size).toBe(4);
    const hosts = round(0).map((p) => `${p.service} ${p.client} ${p.server}`);
    expect(new Set(hosts).size).toBe(hosts.length);
  });

  it('has one connection kept open at a member of the group that goes first, from the first step to the last', () => {
    const config = configOf();
    const between = orderBetweenGates(config, groupOf(IDS), atGate(config, { step: 0 }));
    expect(between).toMatchObject({ flow: { upgrade: 1, resumed: 9, ends: { service: 'ssh', at: '1_03' } } });
    expect(orderAtGate(config, groupOf(IDS), atGate(config), 0).flow?.upgrade).toBe(1);
    const over = atGate(config, { status: 'done' });
    expect([flowWanted(over), orderBetweenGates(config, groupOf(IDS), over)]).toEqual([0, { forMs: 0, over: true }]);
  });

  it('keeps open what goes over TCP, and nothing where nothing does', () => {
    const kept = (probes: string) => {
      const config = configOf({}, { 'upgrade.probes': probes });
      return orderBetweenGates(config, groupOf(IDS), atGate(config)).flow?.ends.service;
    };
    expect(['dns,http', 'http,ssh', 'dns'].map(kept)).toEqual(['http', 'ssh', undefined]);
  });

  it('is nothing where the plan has no probes', () => {
    const config = configOf({}, { 'upgrade.probes': 'none' });
    expect(orderAtGate(config, groupOf(IDS), atGate(config), 3_000)).toEqual({ forMs: 3_000 });
  });
});

describe('the probes of a plan', () => {
  const probesOf = (args: object, set: Record<string, unknown> = {}): unknown => {
    const plan = planFrom({ package: PACKAGE, ...args }, configOf({}, set), 0);
    return typeof plan === 'string' ? plan : plan.probes;
  };

  it('are those of the setting, or what the operator names', () => {
    expect(probesOf({})).toEqual({ services: ['http', 'dns', 'ssh'], perService: 16 });
    expect(probesOf({}, { 'upgrade.probes': 'none' })).toBeUndefined();
    expect(probesOf({ probes: 'http,ntp' }, { 'upgrade.probesPerService': 4 })).toEqual({
      services: ['http', 'ntp'],
      perService: 4,
    });
    expect(probesOf({ probes: 'none' })).toBeUndefined();
  });

  it('are services that can be asked, or it is said which can', () => {
    const refusal =
      /^'htp' cannot be asked at a gate: name some of https, http, .* in --probes or upgrade.probes, or none$/;
    expect(probesOf({ probes: 'http,htp' })).toMatch(refusal);
    expect(probesOf({}, { 'upgrade.probes': 'htp' })).toMatch(refusal);
  });
});
