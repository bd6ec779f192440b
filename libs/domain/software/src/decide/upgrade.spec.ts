import { describe, expect, it } from '@jest/globals';
import type { Appliances, Told } from '../testing/appliances.js';
import { imported, install, R82, started, T99 } from '../testing/appliances.js';

const mvc = (state: 'on' | 'off', ...appliances: readonly string[]): Told => ({ type: 'setMvc', state, appliances });
const direct = (direction: string): Told => ({ type: 'directUpgrade', direction });
const refusal = (appliances: Appliances, direction: string): unknown => {
  const [event, ...more] = appliances.tell(direct(direction));
  expect(more).toEqual([]);
  expect(event).toMatchObject({ type: 'SoftwareRefused', command: `sp_upgrade ${direction}`, appliance: '' });
  return (event as { readonly reason?: string }).reason;
};
/** Those of the new release that wait for their turn: 1_02 and 1_03. */
const half = (): Appliances => imported({ holdsUpgraded: true }).installed(3, 'upgrade', '1_02', '1_03');

describe('multi-version', () => {
  it('is set for each member, and who may mix need not wait any longer', () => {
    const appliances = half();
    expect(appliances.of('1_02')).toMatchObject({ held: true, mvc: false });
    expect(appliances.tell(mvc('on', '1_02', '1_03'))).toEqual([
      { type: 'MvcSet', version: 14, appliance: '1_02', state: 'on' },
      { type: 'MvcSet', version: 14, appliance: '1_03', state: 'on' },
    ]);
    expect(appliances.of('1_02')).toMatchObject({ held: false, mvc: true });
  });

  it('is said to be so already', () => {
    const appliances = started();
    expect(appliances.tell(mvc('off', '1_01'))).toEqual([
      { type: 'SoftwareIgnored', version: 6, command: 'mvc', appliance: '1_01', reason: 'it is off already' },
    ]);
    appliances.tell(mvc('on', '1_01'));
    expect(appliances.tell(mvc('on', '1_01', '1_02'))).toMatchObject([
      { type: 'SoftwareIgnored', reason: 'it is on already' },
      { type: 'MvcSet', appliance: '1_02' },
    ]);
  });

  it('is refused for who is no member, and beside a release it is not known to meet; not to be turned off', () => {
    const older = { release: 'R81', take: 0 };
    const appliances = imported({
      appliances: [
        { id: '1_01', role: 'member', software: older },
        { id: '1_02', role: 'member', software: R82 },
        { id: '1_1', role: 'orchestrator', software: older },
      ],
    });
    const reason = 'R81 and R82 are not known to meet in a multi-version cluster';
    expect(appliances.tell(mvc('on', '1_02', '1_1', '1_01', '1_09'))).toMatchObject([
      { type: 'SoftwareRefused', appliance: '1_02', reason },
      { type: 'SoftwareRefused', appliance: '1_1', reason: '1_1 is no member: nothing to mix there' },
      { type: 'SoftwareRefused', appliance: '1_01', reason },
      { type: 'SoftwareRefused', appliance: '1_09', reason: '1_09 is not an appliance of this group' },
    ]);
    expect(appliances.tell(mvc('off', '1_02'))).toMatchObject([{ type: 'SoftwareIgnored' }]);
  });
});

describe('who waits', () => {
  it('is a member of a new release, by setting, and no orchestrator', () => {
    const appliances = imported({ holdsUpgraded: true }).installed(3, 'upgrade', '1_01', '1_1');
    expect(appliances.state.appliances.filter((a) => a.held).map((a) => a.id)).toEqual(['1_01']);
    expect(imported().installed(3, 'upgrade', '1_01').of('1_01').held).toBe(false);
  });

  it.each(['install', 'uninstall'])('goes on to wait through a jumbo: %s', (what) => {
    const appliances = half();
    if (what === 'uninstall') appliances.installed(1, 'install', '1_01');
    appliances.tell(direct('switch'));
    expect(appliances.of('1_01').held).toBe(true);
    appliances.tell(
      what === 'install'
        ? install(1, 'install', '1_01')
        : { type: 'uninstallPackage', package: 1, appliances: ['1_01'] },
    );
    expect(appliances.ends('1_01')).toMatchObject([{ type: 'WorkFinished', kind: what }]);
    expect(appliances.of('1_01').held).toBe(true);
  });
});

describe('sp_upgrade', () => {
  it('switches to those that are upgraded, beside whom the others wait', () => {
    const appliances = half();
    expect(appliances.tell(direct('switch'))).toEqual([
      { type: 'UpgradeDirected', version: 14, direction: 'switch', held: ['1_01'] },
      { type: 'MvcSet', version: 14, appliance: '1_02', state: 'on' },
      { type: 'MvcSet', version: 14, appliance: '1_03', state: 'on' },
    ]);
    expect(['1_01', '1_02', '1_03'].map((id) => appliances.of(id).held)).toEqual([true, false, false]);
  });

  it('continues once all are upgraded: nobody waits, and nobody needs to mix', () => {
    const appliances = half();
    appliances.tell(direct('switch'));
    appliances.installed(3, 'upgrade', '1_01');
    expect(appliances.of('1_01').held).toBe(true);
    expect(appliances.tell(direct('continue'))).toMatchObject([
      { type: 'UpgradeDirected', direction: 'continue', held: [] },
      { type: 'MvcSet', appliance: '1_02', state: 'off' },
      { type: 'MvcSet', appliance: '1_03', state: 'off' },
    ]);
    expect(appliances.state.appliances.some((a) => a.held || a.mvc)).toBe(false);
  });

  it('reverts those that are upgraded, while the others serve again', () => {
    const appliances = half();
    appliances.tell(direct('switch'));
    expect(appliances.tell(direct('revert'))).toEqual([
      { type: 'UpgradeDirected', version: 15, direction: 'revert', held: ['1_02', '1_03'] },
      { type: 'WorkBegun', version: 15, appliance: '1_02', kind: 'revert', package: 0, to: T99, smo: '' },
      { type: 'WorkBegun', version: 15, appliance: '1_03', kind: 'revert', package: 0, to: T99, smo: '' },
    ]);
    for (const id of ['1_02', '1_03']) {
      appliances.ends(id);
      appliances.boots(id);
    }
    expect(appliances.state.appliances.some((a) => a.held || a.mvc || a.runs.release === 'R82')).toBe(false);
  });

  it('ends the waiting where nobody is to take turns, also between releases that are not to meet', () => {
    const appliances = half();
    expect(appliances.tell(direct('end'))).toEqual([
      { type: 'UpgradeDirected', version: 14, direction: 'end', held: [] },
    ]);
    expect(appliances.of('1_02')).toMatchObject({ held: false, mvc: false });
    expect(appliances.tell(direct('end'))).toEqual([
      { type: 'SoftwareIgnored', version: 15, command: 'sp_upgrade end', appliance: '', reason: 'nobody waits' },
    ]);
  });

  it.each(['switch', 'revert'])('refuses to %s where all are of one release', (direction) => {
    const reason = 'all members are of one release: there is nothing to choose between';
    expect(refusal(imported(), direction)).toBe(reason);
    expect(refusal(imported().installed(3, 'upgrade', '1_01', '1_02', '1_03'), direction)).toBe(reason);
  });

  it.each(['switch', 'revert', 'continue'])('refuses to %s while a member is busy or has not booted', (direction) => {
    const appliances = direction === 'continue' ? imported() : half();
    appliances.tell(
      install(direction === 'continue' ? 3 : 1, direction === 'continue' ? 'upgrade' : 'install', '1_01'),
    );
    const to = direction === 'continue' ? 'R82 take 0' : 'R81.20 take 118';
    const kind = direction === 'continue' ? 'upgrade' : 'install';
    expect(refusal(appliances, direction)).toBe(`1_01 is busy: ${kind} to ${to} is under way`);
    appliances.ends('1_01');
    expect(refusal(appliances, direction)).toBe(`1_01 has not booted ${to} yet: wait for it`);
  });

  it('refuses to continue before all are upgraded', () => {
    expect(refusal(half(), 'continue')).toBe('1_01 is not upgraded yet: upgrade what is left first');
    const one = imported().installed(3, 'upgrade', '1_03');
    expect(refusal(one, 'continue')).toBe('1_01, 1_02 are not upgraded yet: upgrade what is left first');
  });

  it('refuses to switch between releases that are not to meet, and to revert without an image', () => {
    const appliances = started({
      appliances: [
        { id: '1_01', role: 'member', software: { release: 'R81', take: 0 } },
        { id: '1_02', role: 'member', software: R82 },
      ],
    });
    expect(refusal(appliances, 'switch')).toBe('R81 and R82 are not known to meet in a multi-version cluster');
    expect(refusal(appliances, 'revert')).toBe('1_02 has no image of the release before: revert to a snapshot');
  });
});
