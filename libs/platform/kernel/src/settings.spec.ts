import { describe, expect, it } from '@jest/globals';
import type { SettingName, SettingSpec } from './index.js';
import { countByCertainty, plausibleValues, resolveSettings, SETTING_NAMES, SETTINGS, SettingsError } from './index.js';

function problems(overrides: Record<string, unknown>): readonly string[] {
  try {
    resolveSettings('vendor', overrides);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
  }
  return [];
}

describe('settings', () => {
  it('have the defaults of their profile', () => {
    const vendor = resolveSettings('vendor');
    const lossless = resolveSettings('lossless');
    const differing = SETTING_NAMES.filter((name) => String(vendor[name]) !== String(lossless[name]));
    expect(differing.map((name) => [name, vendor[name], lossless[name]])).toStrictEqual([
      ['detector.socketLoss', false, true],
      ['detector.probeMs', 0, 20],
      ['cul.deadMultiplier', 0, 30],
      ['fwk.pnoteMs', 1000, 0],
      ['sync.policy', 'delayed', 'strict'],
      ['sync.deltaMs', 100, 2],
      ['sync.never', ['dns'], []],
      ['resend.batches', false, true],
      ['dist.mode', 'auto-topology', 'general'],
      ['dist.l4', false, true],
      ['frag.maxHeld', 200, 4096],
      ['dist.placement', 'spread', 'pairs'],
    ]);
    expect([vendor['ccp.heartbeatMs'], vendor['ccp.deadMultiplier'], vendor['sync.delayMs']]).toStrictEqual([
      100, 3, 3000,
    ]);
  });

  it('accept their own defaults, typed and as text', () => {
    for (const profile of ['vendor', 'lossless'] as const) {
      const defaults = resolveSettings(profile);
      const asText = Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, String(value)]));
      expect(resolveSettings(profile, defaults)).toStrictEqual(defaults);
      expect(resolveSettings(profile, asText)).toStrictEqual(defaults);
    }
  });

  it('take overrides and leave the rest', () => {
    const settings = resolveSettings('vendor', {
      'ccp.deadMultiplier': '30',
      'sync.never': 'dns, ntp',
      'egress.fence': 'false',
    });
    expect(settings).toStrictEqual({
      ...resolveSettings('vendor'),
      'ccp.deadMultiplier': 30,
      'sync.never': ['dns', 'ntp'],
      'egress.fence': false,
    });
    expect(resolveSettings('vendor', { 'sync.never': 'none' })['sync.never']).toStrictEqual([]);
  });

  it('say what was expected, for every problem at once', () => {
    expect(
      problems({
        'ccp.hartbeatMs': 100,
        'ccp.heartbeatMs': 5,
        'egress.fence': 'yes',
        'sync.policy': 'sometimes',
        'sync.never': 'DNS',
        'dist.slots': 512.5,
        toString: 1,
      }),
    ).toStrictEqual([
      'setting "ccp.hartbeatMs": there is no such setting; the nearest is "ccp.heartbeatMs"',
      'setting "ccp.heartbeatMs": expected an integer from 10 to 60000 (ms), saw 5; leave it out for the default',
      'setting "egress.fence": expected true or false, saw "yes"; leave it out for the default',
      'setting "sync.policy": expected one of strict, delayed, never, saw "sometimes"; leave it out for the default',
      'setting "sync.never": expected a list of names in lower case, such as dns,ntp, or none, saw "DNS"; leave it out for the default',
      'setting "dist.slots": expected an integer from 256 to 65536 (slots), saw 512.5; leave it out for the default',
      expect.stringContaining('setting "toString": there is no such setting'),
    ]);
    expect(() => resolveSettings('fast' as 'vendor')).toThrow('profile "fast": expected vendor or lossless');
  });

  it('each have a fidelity id of their own, a sentence, and defaults within their bounds', () => {
    const ids = SETTING_NAMES.map((name) => SETTINGS[name].fidelity);
    expect(new Set(ids).size).toBe(ids.length);
    for (const name of SETTING_NAMES) {
      expect(SETTINGS[name].fidelity).toMatch(/^F-[A-Z0-9-]+$/);
      expect(SETTINGS[name].about).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('that nobody is sure of have values they may well have, within their bounds', () => {
    for (const name of SETTING_NAMES) {
      const spec: SettingSpec = SETTINGS[name];
      const values = plausibleValues(name);
      if (['recalled', 'inferred'].includes(spec.certainty)) expect(values.length).toBeGreaterThanOrEqual(2);
      for (const value of values) expect(String(resolveSettings('vendor', { [name]: value })[name])).toBe(value);
      if (spec.kind === 'int') expect(values).toEqual([...values].sort((a, b) => Number(a) - Number(b)));
    }
  });

  it('are counted by how sure they are', () => {
    const all = countByCertainty();
    expect(Object.values(all).reduce((a, b) => a + b)).toBe(SETTING_NAMES.length);
    const names: readonly SettingName[] = ['ccp.heartbeatMs', 'sync.delayMs', 'udp.timeoutSec', 'lease.ms'];
    expect(countByCertainty(names)).toStrictEqual({ documented: 2, recalled: 1, inferred: 0, ours: 1 });
  });
});
