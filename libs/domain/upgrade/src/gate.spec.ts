import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Probe, Sight, UpgradePlan } from './inputs.js';
import { sightOf, Upgrade } from './testing/told.js';

const GATE = { gateMs: 60_000 };
const https = { service: 'https', open: 5, answered: 5, stuck: 0 };
const ssh = { service: 'ssh', open: 1, answered: 1, stuck: 0 };

function seen(forMs: number, ...services: Probe['services']): Sight {
  return { ...sightOf(), probe: { forMs, services, longest: null } };
}

/** An upgrade that has come to its first gate. */
function atGate(plan: Partial<UpgradePlan> = GATE): Upgrade {
  const upgrade = new Upgrade();
  upgrade.start(plan);
  const step = upgrade.steps.indexOf('gate');
  upgrade.state = { ...upgrade.state, step, begunWith: upgrade.state.version };
  return upgrade;
}

const types = (upgrade: Upgrade, sight: Sight): string[] => upgrade.sees(sight).map((event) => event.type);

describe('a gate', () => {
  it('comes after each group, where it is asked for', () => {
    const upgrade = new Upgrade();
    upgrade.start(GATE);
    expect(upgrade.steps.map((step) => step.split(' ')[0]).filter((kind) => kind === 'gate' || kind === 'up')).toEqual([
      'up',
      'gate',
      'up',
      'gate',
    ]);
    const without = new Upgrade();
    without.start({ gateMs: 0 });
    expect(without.steps).not.toContain('gate');
  });

  it('is passed once applications have been looked at for long enough and come through, with what was seen on record', () => {
    const upgrade = atGate();
    expect(types(upgrade, seen(4_999, https, ssh))).toEqual([]);
    const [done] = upgrade.sees(seen(5_000, https, ssh));
    expect(done).toMatchObject({ type: 'StepDone', kind: 'gate', probe: { forMs: 5_000, services: [https, ssh] } });
  });

  it('is passed where nobody is connected: there is nothing to look at', () => {
    expect(types(atGate(), seen(5_000))).toEqual(['StepDone', 'StepBegun']);
  });

  it('waits while somebody waits for an answer, or nobody has had one, or nobody says', () => {
    const upgrade = atGate();
    expect(types(upgrade, seen(30_000, https, { ...ssh, stuck: 1 }))).toEqual([]);
    expect(types(upgrade, seen(30_000, { ...https, answered: 0 }))).toEqual([]);
    expect(types(upgrade, sightOf())).toEqual([]);
  });

  it('stops the upgrade where they do not come through for too long, and says which', () => {
    const upgrade = atGate();
    const [stopped] = upgrade.sees(seen(60_001, https, { ...ssh, stuck: 1 }));
    expect(stopped).toMatchObject({
      type: 'UpgradeStopped',
      rule: 'probe',
      reason: 'applications do not come through for 60 s: 1 of ssh wait for an answer',
    });
  });
});

const ASKING = { ...GATE, probes: { services: ['http', 'ssh'], perService: 4 } };
type Asked = NonNullable<Probe['asked']>[number];
const asked = (service: string, change: Partial<Asked> = {}): Asked => {
  return { service, asked: 4, answered: 4, slowestMs: 12, unansweredAt: [], reason: '', ...change };
};
const unanswered = { answered: 2, unansweredAt: ['1_03', '1_04'], reason: 'policy_drop' };
const flow = { service: 'ssh', at: '1_03', openMs: 90_000, silentMs: 0, reason: '' };

function told(forMs: number, change: Partial<Probe>): Sight {
  return { ...sightOf(), probe: { forMs, services: [https], longest: null, ...change } };
}

describe('a gate that asks', () => {
  it('is passed once every probe was answered, with what became of them on record', () => {
    const probes = { asked: [asked('http'), asked('ssh')], flow };
    const upgrade = atGate(ASKING);
    expect(types(upgrade, told(4_999, probes))).toEqual([]);
    const [done] = upgrade.sees(told(5_000, probes));
    expect(done).toMatchObject({ type: 'StepDone', kind: 'gate', probe: probes });
  });

  it('is decided by probes alone where there is no traffic', () => {
    const nobody = { services: [], asked: [asked('http'), asked('ssh')] };
    expect(types(atGate(ASKING), told(5_000, nobody))).toEqual(['StepDone', 'StepBegun']);
    expect(types(atGate(ASKING), told(5_000, { services: [], asked: [asked('http', unanswered)] }))).toEqual([]);
  });

  it('waits while one probe is not answered, or the connection that was kept open is silent, or nobody has asked', () => {
    const upgrade = atGate(ASKING);
    expect(types(upgrade, told(30_000, { asked: [asked('http'), asked('ssh', unanswered)], flow }))).toEqual([]);
    const silent = { ...flow, silentMs: 3_001, reason: 'out_of_state' };
    expect(types(upgrade, told(30_000, { asked: [asked('http'), asked('ssh')], flow: silent }))).toEqual([]);
    expect(types(upgrade, told(30_000, {}))).toEqual([]);
  });

  it('stops the upgrade, and says which probes were not answered, at whom, and what the policy has to do with it', () => {
    const [stopped] = atGate(ASKING).sees(told(60_001, { asked: [asked('http'), asked('ssh', unanswered)], flow }));
    expect(stopped).toMatchObject({
      type: 'UpgradeStopped',
      rule: 'probe',
      reason: 'applications do not come through for 60 s: 2 of 4 probes of ssh at 1_03, 1_04: policy_drop',
      remedy: expect.stringContaining('Allow in the policy what is asked'),
    });
  });

  it('stops it for the connection that was kept open, too, and for probes that nobody sent', () => {
    const silent = { ...flow, silentMs: 63_000, reason: 'out_of_state' };
    const reasonOf = (sight: Sight): unknown => atGate(ASKING).sees(sight)[0];
    expect(reasonOf(told(60_001, { asked: [asked('http'), asked('ssh')], flow: silent }))).toMatchObject({
      reason:
        'applications do not come through for 60 s: the connection of ssh that was opened 90 s ago is silent for 63 s: out_of_state',
      remedy: 'Find out what keeps them from it, then resume; or roll back.',
    });
    expect(reasonOf(told(60_001, {}))).toMatchObject({
      reason: 'applications do not come through for 60 s: nobody has sent the probes that are asked for',
    });
  });

  it('asks something else, or nothing any more, where it is resumed so', () => {
    const failed = { asked: [asked('http'), asked('ssh', unanswered)], flow };
    const resumedWith = (probes: unknown): Upgrade => {
      const upgrade = atGate(ASKING);
      upgrade.sees(told(60_001, failed));
      const [resumed] = upgrade.tell({ type: 'resumeUpgrade', sight: sightOf(), probes });
      expect(resumed).toMatchObject({ type: 'UpgradeResumed', probes });
      return upgrade;
    };
    const http = { services: ['http'], perService: 2 };
    const upgrade = resumedWith(http);
    expect(upgrade.state.plan?.probes).toEqual(http);
    expect(types(upgrade, told(5_000, failed))).toEqual([]);
    expect(types(upgrade, told(5_000, { asked: [asked('http')], flow }))).toEqual(['StepDone', 'StepBegun']);
    const looking = resumedWith(null);
    expect(looking.state.plan).not.toHaveProperty('probes');
    expect(types(looking, told(5_000, {}))).toEqual(['StepDone', 'StepBegun']);
  });

  it('does not ask where the plan has no probes, whatever the outside world says', () => {
    const failed = { asked: [asked('ssh', unanswered)] };
    expect(types(atGate(), told(5_000, failed))).toEqual(['StepDone', 'StepBegun']);
  });

  it('passes when, and only when, traffic and all probes come through', () => {
    const service = fc.record({ open: fc.nat(3), answered: fc.nat(3), stuck: fc.nat(1) });
    const of = fc.record({ asked: fc.integer({ min: 1, max: 4 }), missing: fc.nat(1) });
    fc.assert(
      fc.property(
        fc.array(service),
        fc.array(of, { minLength: 1 }),
        fc.nat(6_000),
        fc.nat(9_999),
        (traffic, asks, silentMs, forMs) => {
          const services = traffic.map((s, i) => ({ service: `s${i}`, ...s }));
          const probes = asks.map((a, i) => {
            const at = a.missing > 0 ? { unansweredAt: ['1_03'], reason: 'no_answer' } : {};
            return asked(`p${i}`, { asked: a.asked, answered: a.asked - a.missing, ...at });
          });
          const sight = told(forMs, { services, asked: probes, flow: { ...flow, silentMs } });
          const isHeard = services.every((s) => s.open === 0) || services.some((s) => s.answered > 0);
          const isWell = isHeard && services.every((s) => s.stuck === 0) && asks.every((a) => a.missing === 0);
          const passes = isWell && silentMs <= 3_000 && forMs >= 5_000;
          expect(types(atGate(ASKING), sight)).toEqual(passes ? ['StepDone', 'StepBegun'] : []);
        },
      ),
      { numRuns: 300 },
    );
  });
});
