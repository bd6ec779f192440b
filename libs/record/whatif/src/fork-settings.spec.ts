import { describe, expect, it } from '@jest/globals';
import { resolveSettings, SETTING_NAMES, SETTINGS, type SettingName, type SettingSpec } from '@rehearsal/kernel';
import { changesOf, FORK_EFFECTS, forkSettings } from './fork-settings.js';

const RECORDED = resolveSettings('vendor', {});

/** Some other good value. */
function otherValue(name: SettingName): string {
  const spec: SettingSpec = SETTINGS[name];
  const here = RECORDED[name];
  if (spec.kind === 'bool') return String(here !== true);
  if (spec.kind === 'choice') return spec.choices.find((choice) => choice !== here)!;
  if (spec.kind === 'list') return 'ssh';
  return String(here === spec.max ? spec.min : Number(here) + 1);
}

describe('settings at a fork', () => {
  it('have each its say: it acts, or it is refused by name with a reason and a remedy', () => {
    expect(Object.keys(FORK_EFFECTS).sort()).toEqual([...SETTING_NAMES].sort());
    for (const setting of SETTING_NAMES) {
      const to = otherValue(setting);
      const effect = FORK_EFFECTS[setting];
      const given = { [setting]: to };
      if (effect.acts) {
        const from = String(RECORDED[setting]);
        const settings = forkSettings('vendor', RECORDED, given);
        expect(changesOf(RECORDED, settings)).toEqual([{ setting, from, to, actsOn: effect.what ?? '' }]);
      } else {
        expect(() => forkSettings('vendor', RECORDED, given)).toThrow(
          expect.objectContaining({
            message: `${setting} cannot be changed at a fork: ${effect.why}`,
            remedy: expect.stringMatching(/\.$/),
          }),
        );
      }
    }
  });

  it('are those of the record where nothing is said, and where the same is said', () => {
    expect(forkSettings('vendor', RECORDED, {})).toEqual(RECORDED);
    // What cannot be changed may be named, as long as it stays.
    const same = forkSettings('vendor', RECORDED, { 'dist.slots': String(RECORDED['dist.slots']) });
    expect(changesOf(RECORDED, same)).toEqual([]);
  });

  it('say of a name or a value that is none what would be one', () => {
    expect(() => forkSettings('vendor', RECORDED, { 'ccp.deadMultiplyer': '3' })).toThrow(/"ccp.deadMultiplier"/);
    expect(() => forkSettings('vendor', RECORDED, { 'ccp.deadMultiplier': 'ten' })).toThrow(/an integer from 1 to 100/);
  });
});
