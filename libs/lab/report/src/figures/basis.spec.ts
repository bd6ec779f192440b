import { describe, expect, it } from '@jest/globals';
import { CERTAINTIES, countByCertainty, resolveSettings, SETTING_NAMES, SETTINGS } from '@rehearsal/kernel';
import { basisOf } from './basis.js';

describe('what a verdict rests on', () => {
  it.each(['vendor', 'lossless'] as const)('is every setting of the registry once, by certainty, in %s', (profile) => {
    const { groups, changed } = basisOf(profile, resolveSettings(profile));
    expect(groups.map((g) => g.certainty)).toEqual([...CERTAINTIES]);
    expect(Object.fromEntries(groups.map((g) => [g.certainty, g.settings.length]))).toEqual(countByCertainty());
    expect(groups.flatMap((g) => g.settings.map((s) => s.name)).sort()).toEqual([...SETTING_NAMES].sort());
    for (const { certainty, settings } of groups) {
      for (const { name, fidelity } of settings) {
        expect([SETTINGS[name].certainty, SETTINGS[name].fidelity]).toEqual([certainty, fidelity]);
      }
    }
    expect(changed).toEqual([]);
  });

  it('names what is not as the profile has it', () => {
    const settings = resolveSettings('vendor', {
      'ccp.deadMultiplier': 5,
      'sync.never': 'dns,ntp',
      'sync.policy': 'delayed',
    });
    expect(basisOf('vendor', settings).changed.map((s) => [s.name, s.value, s.otherwise, s.certainty])).toEqual([
      ['ccp.deadMultiplier', '5 heartbeats', '3 heartbeats', 'documented'],
      ['sync.never', 'dns, ntp', 'dns', 'documented'],
    ]);
  });
});
