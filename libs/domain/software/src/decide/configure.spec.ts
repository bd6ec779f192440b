import { describe, expect, it } from '@jest/globals';
import { softwareInput } from '../inputs.js';
import { Appliances, configOf, imported, started, T118 } from '../testing/appliances.js';

const configure = (config = configOf()) => ({ type: 'configure', config });

describe('configure', () => {
  it('is the first commit: everybody runs and boots what it says, and nobody has started', () => {
    const appliances = new Appliances();
    expect(appliances.tell(configure())).toEqual([{ type: 'Configured', version: 1, config: configOf() }]);
    expect(appliances.state).toMatchObject({ cloneNeedsMb: 10, cloneRoomMb: 14, holdsUpgraded: false, packages: [] });
    expect(appliances.of('1_01')).toEqual({
      before: [],
      boots: { release: 'R81.20', take: 99 },
      broken: '',
      failedAt: 0,
      failure: '',
      held: false,
      id: '1_01',
      incarnation: 0,
      mvc: false,
      role: 'member',
      runs: { release: 'R81.20', take: 99 },
      snapshots: [],
      verified: [],
      work: null,
    });
  });

  it('is ignored the second time, whatever is installed by then', () => {
    const appliances = imported().installed(1, 'install', '1_01');
    const { version } = appliances.state;
    expect(appliances.tell(configure())).toEqual([
      { type: 'ConfigureIgnored', version: version + 1, reason: 'these are its appliances already' },
    ]);
    expect(appliances.of('1_01').runs).toEqual(T118);
  });

  it.each([
    ['other appliances', { appliances: configOf().appliances.slice(1) }],
    ['another order', { appliances: configOf().appliances.toReversed() }],
    ['another role', { appliances: configOf().appliances.map((a) => ({ ...a, role: 'member' as const })) }],
    ['another size of image', { cloneNeedsMb: 11 }],
    ['other room for images', { cloneRoomMb: 15 }],
    ['another way to wait', { holdsUpgraded: true }],
  ])('is refused with %s', (_what, change) => {
    const appliances = started();
    expect(appliances.tell(configure(configOf(change)))).toMatchObject([
      {
        type: 'ConfigureRefused',
        reason: 'it is configured already, and differently: start a new fabric to change it',
      },
    ]);
  });

  it('names nobody twice', () => {
    const [first] = configOf().appliances;
    const config = configOf({ appliances: [first, first] as never });
    const told = { ...configure(config), id: 'i', at: 1, from: 'command' };
    expect(softwareInput.safeParse(told).error?.issues[0]?.message).toBe('an appliance is named twice');
  });
});
