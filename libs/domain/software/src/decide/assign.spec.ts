import { describe, expect, it } from '@jest/globals';
import { configOf, imported, install, R82, started, T99 } from '../testing/appliances.js';

const assign = (appliance: string, assigned = true) => ({ type: 'assignAppliance', appliance, assigned });
const withSpare = () => {
  const { appliances } = configOf();
  return { appliances: [...appliances, { id: '1_04', role: 'member' as const, software: R82, spare: true as const }] };
};

describe('a spare appliance', () => {
  it('is no member: its release speaks for none and against none', () => {
    const appliances = started(withSpare());
    expect(appliances.tell({ type: 'directUpgrade', direction: 'switch' })).toMatchObject([
      { type: 'SoftwareRefused', reason: 'all members are of one release: there is nothing to choose between' },
    ]);
    expect(appliances.of('1_04')).toMatchObject({ runs: R82, spare: true });
  });

  it('is given no work while it is in no group', () => {
    const appliances = imported(withSpare());
    expect(appliances.tell(install(1, 'install', '1_04'))).toMatchObject([
      { type: 'SoftwareRefused', reason: '1_04 is a spare and in no group: assign it first' },
    ]);
  });

  it('is one of the group while it is assigned', () => {
    const appliances = started(withSpare());
    expect(appliances.tell(assign('1_04'))).toEqual([
      { type: 'ApplianceAssigned', version: 7, appliance: '1_04', assigned: true },
    ]);
    expect(appliances.tell({ type: 'directUpgrade', direction: 'continue' })).toMatchObject([
      { reason: '1_01, 1_02, 1_03 are not upgraded yet: upgrade what is left first' },
    ]);
    appliances.tell(assign('1_04', false));
    expect(appliances.of('1_04').spare).toBe(true);
  });

  it('may take the image of the single management object before its assignment is on this record', () => {
    const appliances = started(withSpare());
    expect(appliances.tell({ type: 'cloneDue', appliance: '1_04', smo: '1_01', software: T99 })).toMatchObject([
      { type: 'WorkBegun', kind: 'clone', to: T99 },
    ]);
  });

  it('is a spare still when it is replaced', () => {
    const appliances = started(withSpare());
    const built = [{ appliance: '1_04', serial: 'A4' }];
    const fields = { serial: 'B4', software: T99, built, serves: false, lives: false };
    appliances.tell({ type: 'replaceAppliance', appliance: '1_04', ...fields });
    expect(appliances.of('1_04')).toMatchObject({ runs: T99, serial: 'B4', spare: true });
  });

  it('is a member, and not an orchestrator or a stranger', () => {
    const appliances = started();
    expect([appliances.tell(assign('1_1')), appliances.tell(assign('1_09'))]).toMatchObject([
      [{ type: 'SoftwareRefused', command: 'assign', reason: '1_1 is no member: only members are in a group' }],
      [{ type: 'SoftwareRefused', command: 'assign', reason: '1_09 is not an appliance of this group' }],
    ]);
  });
});
