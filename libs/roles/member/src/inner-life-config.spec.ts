import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { Configuration } from './inner-life-config.js';
import { configurationHash, differencesOf } from './inner-life-config.js';

const configuration = (change: Partial<Configuration> = {}): Configuration => ({
  securityGroup: 'SG1',
  members: [{ id: '1_01', weight: 1 }],
  orchestrators: ['1_1'],
  settings: resolveSettings('vendor'),
  ...change,
});

describe('the configuration a member that comes up is handed', () => {
  it('says nothing where all are set up alike, whatever the order', () => {
    const { settings, ...rest } = configuration();
    const other = JSON.parse(JSON.stringify({ settings, ...rest })) as Configuration;
    expect(differencesOf(configuration(), other)).toEqual([]);
    expect(configurationHash(other)).toBe(configurationHash(configuration()));
  });

  it('names what differs, setting by setting', () => {
    const settings = resolveSettings('vendor', { 'lease.ms': 500 });
    const other = configuration({ settings, orchestrators: ['1_1', '1_2'] });
    expect(differencesOf(configuration(), { ...other, more: 1 })).toEqual([
      'more',
      'orchestrators',
      'settings.lease.ms',
    ]);
    expect(configurationHash(other)).not.toBe(configurationHash(configuration()));
  });
});
