import { describe, expect, it } from '@jest/globals';
import { configured, Group, RULES } from '../testing/group.js';

describe('the rules of a group', () => {
  it('are what was said last, and stay otherwise', () => {
    const group = configured(2, 8, {});
    const rules = { ...RULES, culThresholdPercent: 50, lockstep: false };
    const version = group.state.version + 1;
    const before = group.state;
    expect(group.decides({ type: 'setRules', rules, requireInStep: false })).toEqual([
      { type: 'RulesSet', version, rules, requireInStep: false },
    ]);
    expect(group.state).toEqual({ ...before, version, rules, requireInStep: false });
    expect(group.decides({ type: 'setRules', rules, requireInStep: false })).toEqual([
      { type: 'RulesIgnored', version: version + 1, reason: 'these are its rules already' },
    ]);
    expect(group.decides({ type: 'setRules', rules, requireInStep: true })).toEqual([
      { type: 'RulesSet', version: version + 2, rules, requireInStep: true },
    ]);
  });

  it('are not there before the group is', () => {
    expect(new Group().decides({ type: 'setRules', rules: RULES, requireInStep: true })).toEqual([
      { type: 'RulesIgnored', version: 1, reason: 'the group is not configured yet' },
    ]);
  });
});
