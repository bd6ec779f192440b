import { describe, expect, it } from '@jest/globals';
import { securityGroup } from '../machine.js';
import type { Told } from '../testing/group.js';
import { configured, RULES, seen, settled, silent } from '../testing/group.js';

const HASH = 'ab'.repeat(32);
const install = (smo = '1_01', hash = HASH): Told => ({ type: 'installPolicy', hash, smo, at: 1_000 });
const ready = (member: string, incarnation = 1, hash = HASH): Told => ({
  type: 'policyReady',
  member,
  incarnation,
  orchestrator: '1_1',
  hash,
});

describe('a policy is installed', () => {
  it('by all or by none: the last that gets ready sets it in force', () => {
    const group = settled(3, 6);
    expect(group.decides(install())).toEqual([
      {
        type: 'PolicyInstallStarted',
        version: 8,
        hash: HASH,
        smo: '1_01',
        waiting: ['1_01', '1_02', '1_03'],
        until: 61_000,
      },
    ]);
    expect(group.decides(ready('1_02'))).toEqual([
      { type: 'PolicyReady2Finish', version: 9, member: '1_02', hash: HASH },
    ]);
    expect(group.decides(ready('1_02'))).toEqual([]);
    group.tell(ready('1_01'));
    expect(group.state.policyHash).toBe('');
    expect(group.decides(ready('1_03'))).toEqual([
      { type: 'PolicyReady2Finish', version: 11, member: '1_03', hash: HASH },
      { type: 'PolicyInstalled', version: 11, hash: HASH },
    ]);
    expect(group.state).toMatchObject({ policyHash: HASH, install: { hash: '', waiting: [] } });
  });

  it('waits no more for a member that is lost, and for one more that joins', () => {
    const group = settled(3, 6);
    group.tell(silent('1_03'));
    group.tell(install());
    group.tell(seen('1_03', 2));
    group.tell(ready('1_01'));
    group.tell(ready('1_02'));
    expect(group.state.install.waiting).toEqual([3]);
    expect(group.decides(silent('1_03', 2)).at(-1)).toEqual({ type: 'PolicyInstalled', version: 13, hash: HASH });
  });

  it('is given up by all when the one that hands it out is lost, or time is up', () => {
    const lost = settled(3, 6);
    lost.tell(install());
    expect(lost.decides(silent('1_01')).at(-1)).toEqual({
      type: 'PolicyInstallAborted',
      version: 9,
      hash: HASH,
      reason: '1_01, which hands it out, is gone: install it again',
    });
    const late = settled(3, 6);
    late.tell(install());
    late.tell(ready('1_01'));
    expect(securityGroup.deadlines(late.state)).toEqual([
      { id: 'install', at: 61_000, input: { type: 'installTimeUp' } },
    ]);
    expect(late.decides({ type: 'installTimeUp', at: 60_999 })).toEqual([]);
    expect(late.decides({ type: 'installTimeUp', at: 61_000 })).toEqual([
      { type: 'PolicyInstallAborted', version: 10, hash: HASH, reason: 'not ready within 60000 ms: 1_02, 1_03' },
    ]);
    expect(late.state.policyHash).toBe('');
  });

  it('is refused while another one is, where nobody serves, and from anybody but the SMO', () => {
    const group = settled(3, 6);
    group.tell(install());
    const reasons = [
      group.decides(install('1_01', 'cd'))[0],
      settled(3, 6).decides(install('1_02'))[0],
      configured(2, 2).decides(install())[0],
    ].map((event) => event?.['reason']);
    expect(reasons).toEqual([
      'policy abababababab is being installed: wait until it is',
      '1_01 is the single management object now, not 1_02: ask there',
      'nobody is active: bring a member up first',
    ]);
  });

  it('does not count a word of another incarnation or about another policy', () => {
    const group = settled(3, 6);
    group.tell(install());
    expect(group.decides(ready('1_02', 2))).toEqual([]);
    expect(group.decides(ready('1_02', 1, 'cd'))).toEqual([]);
  });

  it('freezes states for as long as it was set to', () => {
    const group = settled(3, 6, { rules: { ...RULES, freezeOnInstallMs: 30_000 } });
    expect(group.decides(install())).toMatchObject([
      { type: 'PolicyInstallStarted' },
      { type: 'StateFrozen', version: 8, reason: 'policyInstall', until: 31_000 },
    ]);
    expect(group.decides(silent('1_02'))).toEqual([]);
  });
});

describe('without lockstep (negative control)', () => {
  it('is in force at once, whoever has it', () => {
    const group = settled(3, 6, { rules: { ...RULES, lockstep: false } });
    expect(group.decides(install()).map((event) => event['type'])).toEqual(['PolicyInstallStarted', 'PolicyInstalled']);
    expect(group.decides(ready('1_02'))).toEqual([]);
  });
});
