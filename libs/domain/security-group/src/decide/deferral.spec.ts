import { describe, expect, it } from '@jest/globals';
import type { GroupConfig } from '../inputs.js';
import type { Group, Told } from '../testing/group.js';
import { adminOf, configOf, configured, drained, reported, RULES, seen, settled, silent } from '../testing/group.js';

const HASH = 'ab'.repeat(32);
const MAIL = { deferrable: ['mail'] };

/** What of a decision speaks of deferral. */
function deferralIn(group: Group, told: Told): readonly Record<string, unknown>[] {
  return group.decides(told).filter(({ type }) => String(type).startsWith('Deferral'));
}

const began = (version: number, sharePercent: number, belowPercent = 100) => ({
  type: 'DeferralBegan',
  version,
  sharePercent,
  belowPercent,
  rules: ['mail'],
});
const ended = (version: number, sharePercent: number) => ({ type: 'DeferralEnded', version, sharePercent });
const below = (deferBelowPercent: number): Partial<GroupConfig> => ({
  ...MAIL,
  rules: { ...RULES, deferBelowPercent },
});

const install = (deferrable?: readonly string[]): Told => ({
  type: 'installPolicy',
  hash: HASH,
  smo: '1_01',
  at: 1_000,
  ...(deferrable !== undefined && { deferrable }),
});
const ready = (member: string): Told => ({
  type: 'policyReady',
  member,
  incarnation: 1,
  orchestrator: '1_1',
  hash: HASH,
});

describe('rules that are not critical wait while the group is below full capacity', () => {
  it('from the loss of a member until its next life has its slots', () => {
    const group = settled(4, 8, MAIL);
    expect(group.state.deferral).toEqual({ isOn: false, rules: ['mail'] });
    const { version } = group.state;
    expect(deferralIn(group, silent('1_03'))).toEqual([began(version + 1, 75)]);
    expect(deferralIn(group, silent('1_04'))).toEqual([]);
    group.copyAll();
    expect(deferralIn(group, seen('1_04', 2))).toEqual([]);
    expect(deferralIn(group, seen('1_03', 2))).toEqual([]);
    expect(group.state.deferral.isOn).toBe(true);
    group.copyAll();
    expect(group.state).toMatchObject({ rebalancing: false, deferral: { isOn: false, rules: ['mail'] } });
    const last = group.history.at(-1)!.slice(-2);
    expect(last).toEqual([{ type: 'GroupBalanced', version: group.state.version }, ended(group.state.version, 100)]);
  });

  it('from the word of an operator or a critical device on, while the member still hands over', () => {
    const group = settled(2, 4, MAIL);
    expect(deferralIn(group, adminOf('1_02', 'down'))).toEqual([began(5, 50)]);
    expect(deferralIn(group, adminOf('1_02', 'up'))).toEqual([ended(6, 100)]);
    expect(deferralIn(group, reported('1_01', ['Fullsync']))).toEqual([began(7, 50)]);
    group.copyAll();
    expect(deferralIn(group, drained(group, '1_01'))).toEqual([]);
    expect(group.state.deferral.isOn).toBe(true);
  });

  it('counts by weight, and by number where nobody has one', () => {
    const weights = (...of: number[]) => ({
      ...MAIL,
      members: configOf(of.length, 1).members.map((m, i) => ({ ...m, weight: of[i]! })),
    });
    expect(deferralIn(settled(3, 10, weights(5, 4, 1)), silent('1_03'))).toMatchObject([{ sharePercent: 90 }]);
    expect(deferralIn(settled(3, 10, weights(0, 0, 0)), silent('1_03'))).toMatchObject([{ sharePercent: 66 }]);
    expect(deferralIn(settled(3, 10, weights(5, 5, 0)), silent('1_03'))).toEqual([]);
  });

  it('also while members come up for the first time', () => {
    const group = configured(2, 4, MAIL);
    expect(deferralIn(group, seen('1_01'))).toEqual([began(2, 50)]);
    group.tell(seen('1_02'));
    group.copyAll();
    expect(group.state.deferral.isOn).toBe(false);
  });

  it('below the share that the rules ask for, and not at it', () => {
    const group = settled(4, 8, below(50));
    expect(deferralIn(group, silent('1_04'))).toEqual([]);
    group.copyAll();
    expect(deferralIn(group, silent('1_03'))).toEqual([]);
    group.copyAll();
    const { version } = group.state;
    expect(deferralIn(group, silent('1_02'))).toEqual([began(version + 1, 25, 50)]);
  });

  it('never where the share is 0, or no rule may wait', () => {
    for (const config of [below(0), {}]) {
      const group = settled(2, 4, config);
      expect(deferralIn(group, silent('1_02'))).toEqual([]);
      expect(deferralIn(group, silent('1_01'))).toEqual([]);
    }
  });
});

describe('another share that is asked for', () => {
  const setRules = (deferBelowPercent: number): Told => ({
    type: 'setRules',
    rules: { ...RULES, deferBelowPercent },
    requireInStep: true,
  });

  it('begins and ends it at once', () => {
    const group = settled(4, 8, below(50));
    group.tell(silent('1_04'));
    const { version } = group.state;
    expect(deferralIn(group, setRules(80))).toEqual([began(version + 1, 75, 80)]);
    expect(deferralIn(group, setRules(90))).toEqual([]);
    expect(deferralIn(group, setRules(0))).toEqual([ended(version + 3, 75)]);
  });
});

describe('another policy', () => {
  it('may bring rules that wait, with the moment in which it is enforced', () => {
    const group = settled(2, 4);
    group.tell(adminOf('1_02', 'down'));
    expect(group.decides(install(['mail']))).toMatchObject([{ type: 'PolicyInstallStarted', deferrable: ['mail'] }]);
    expect(deferralIn(group, ready('1_01'))).toEqual([]);
    expect(deferralIn(group, ready('1_02'))).toEqual([began(8, 50)]);
    expect(group.state.deferral).toEqual({ isOn: true, rules: ['mail'] });
  });

  it('ends it where none of its rules waits, also where each member enforces it by itself', () => {
    const group = settled(2, 4, { ...MAIL, rules: { ...RULES, lockstep: false } });
    group.tell(adminOf('1_02', 'down'));
    expect(deferralIn(group, install())).toEqual([ended(6, 50)]);
    expect(group.state.deferral).toEqual({ isOn: false, rules: [] });
  });

  it('changes nothing when it is given up', () => {
    const group = settled(2, 4, MAIL);
    group.tell(adminOf('1_02', 'down'));
    group.tell(install());
    expect(deferralIn(group, { type: 'installTimeUp', at: 61_000 })).toEqual([]);
    expect(group.state.deferral).toEqual({ isOn: true, rules: ['mail'] });
  });
});
