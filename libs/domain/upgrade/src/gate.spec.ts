import { describe, expect, it } from '@jest/globals';
import type { Probe, Sight } from './inputs.js';
import { sightOf, Upgrade } from './testing/told.js';

const GATE = { gateMs: 60_000 };
const https = { service: 'https', open: 5, answered: 5, stuck: 0 };
const ssh = { service: 'ssh', open: 1, answered: 1, stuck: 0 };

function seen(forMs: number, ...services: Probe['services']): Sight {
  return { ...sightOf(), probe: { forMs, services, longest: null } };
}

/** An upgrade that has come to its first gate. */
function atGate(): Upgrade {
  const upgrade = new Upgrade();
  upgrade.start(GATE);
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
      reason: 'applications do not come through: 1 of ssh wait for an answer after 60 s',
    });
  });
});
