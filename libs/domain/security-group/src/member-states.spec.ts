import { describe, expect, it } from '@jest/globals';
import type { Heard } from './member-states.js';
import { memberState, siteWords } from './member-states.js';
import { pnoteMask, pnoteNames, PNOTES } from './pnotes.js';
import { adminOf, reported, settled, silent } from './testing/group.js';

const heard = (says: Heard['says'], change: Partial<Heard> = {}): Heard => ({
  says,
  problems: false,
  loaded: false,
  ...change,
});

describe('the state of a member, as the vendor names it', () => {
  it('is DOWN with a problem while others serve, and ACTIVE(!) alone', () => {
    const group = settled(2, 4);
    expect(memberState(group.state, 1, heard('active'))).toBe('ACTIVE');
    group.tell(reported('1_01', ['fwd']));
    expect(memberState(group.state, 1, heard('active'))).toBe('DOWN');
    group.tell(reported('1_02', ['fwd']));
    expect(memberState(group.state, 1, heard('active'))).toBe('ACTIVE(!)');
    expect(memberState(group.state, 1, heard('active'), true)).toBe('ACTIVE(!P)');
    group.tell({ type: 'freeze', forMs: 100 });
    expect(memberState(group.state, 1, heard('active'))).toBe('ACTIVE(!F)');
    expect(memberState(group.state, 1, heard('active'), true)).toBe('ACTIVE(!FP)');
  });

  it('is ACTIVE(!F) for the loaded one while the group is under load', () => {
    const group = settled(2, 4);
    expect(memberState(group.state, 1, heard('active', { loaded: true }))).toBe('ACTIVE');
    group.tell({ type: 'loadReported', member: '1_01', incarnation: 1, orchestrator: '1_1', percent: 90 });
    expect(memberState(group.state, 1, heard('active', { loaded: true }))).toBe('ACTIVE(!F)');
    expect(memberState(group.state, 2, heard('active'))).toBe('ACTIVE');
  });

  it.each([
    ['LOST', undefined],
    ['INIT', heard('init')],
    ['READY', heard('ready')],
    ['DOWN', heard('ready', { problems: true })],
    ['DOWN', heard('stopped')],
    ['DOWN', heard('failed')],
    ['DOWN', heard('active')],
  ] as const)('is %s when it is out and says %j', (word, says) => {
    const group = settled(2, 4);
    group.tell(silent('1_01'));
    expect(memberState(group.state, 1, says)).toBe(word);
  });

  it('is DOWN for whom an operator took down, ready or not, and for who has just said that it stops', () => {
    const group = settled(2, 4);
    group.tell(adminOf('1_01', 'down'));
    expect(memberState(group.state, 1, heard('active'))).toBe('DOWN');
    expect(memberState(group.state, 2, heard('stopped'))).toBe('DOWN');
    group.tell(silent('1_01'));
    expect(memberState(group.state, 1, heard('ready'))).toBe('DOWN');
    expect(memberState(group.state, 9, heard('ready'))).toBe('LOST');
  });

  it('is told in the words of the overview of a site too', () => {
    expect(siteWords('ACTIVE(!)', true, true)).toEqual({ state: 'UP', process: 'Enforcing Security' });
    expect(siteWords('ACTIVE', true, false)).toEqual({ state: 'UP', process: 'Initial Policy' });
    expect(siteWords('DOWN', true, true)).toEqual({ state: 'DOWN', process: 'Inactive' });
    expect(siteWords('LOST', false, true)).toEqual({ state: 'DETACHED', process: 'Inactive' });
  });
});

describe('critical devices', () => {
  it('fit into one word of a heartbeat and come out by name, sorted', () => {
    expect(PNOTES.length).toBeLessThanOrEqual(31);
    expect(pnoteNames(pnoteMask(['routed', 'Fullsync', 'my-own', 'yours']))).toEqual([
      'Fullsync',
      'routed',
      'user_defined',
    ]);
    for (const name of PNOTES) expect(pnoteNames(pnoteMask([name]))).toEqual([name]);
    expect(pnoteNames(0)).toEqual([]);
  });
});
