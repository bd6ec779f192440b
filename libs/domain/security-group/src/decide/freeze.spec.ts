import { describe, expect, it } from '@jest/globals';
import { securityGroup } from '../machine.js';
import { adminOf, drained, reported, seen, settled, silent } from '../testing/group.js';

describe('states are frozen', () => {
  it('until a time, which a second freeze can only put off', () => {
    const group = settled(3, 6);
    expect(group.decides({ type: 'freeze', forMs: 2_000, at: 1_000 })).toEqual([
      { type: 'StateFrozen', version: 8, reason: 'command', until: 3_000 },
    ]);
    expect(group.decides({ type: 'freeze', forMs: 100, at: 1_500 })).toEqual([
      { type: 'StateFrozen', version: 9, reason: 'command', until: 3_000 },
    ]);
    expect(securityGroup.deadlines(group.state)).toEqual([
      { id: 'freeze', at: 3_000, input: { type: 'freezeTimeUp' } },
    ]);
    expect(group.decides({ type: 'freezeTimeUp', at: 2_999 })).toEqual([]);
    expect(group.decides({ type: 'freezeTimeUp', at: 3_000 })).toEqual([{ type: 'StateThawed', version: 10 }]);
    expect(securityGroup.deadlines(group.state)).toEqual([]);
  });

  it('so that nobody dies, joins, leaves or gets a problem meanwhile, and all of it counts afterwards', () => {
    const group = settled(3, 6);
    group.tell(silent('1_03'));
    group.tell(adminOf('1_02', 'down'));
    group.copyAll();
    group.tell({ type: 'freeze', forMs: 2_000, at: 1_000 });
    const told = [silent('1_01'), seen('1_03', 2), drained(group, '1_02'), reported('1_01', ['fwd'])];
    for (const input of told) expect(group.decides(input)).toEqual([]);
    group.tell({ type: 'freezeTimeUp', at: 3_000 });
    expect(group.decides(told[2] as (typeof told)[0]).map((event) => event['type'])).toContain('MemberDrained');
    expect(group.decides(silent('1_01')).map((event) => event['type'])).toContain('MemberLost');
    expect(group.decides(seen('1_03', 2)).map((event) => event['type'])).toContain('MemberJoined');
  });

  it('refuses operators, who would wait for what does not come', () => {
    const group = settled(3, 6);
    group.tell({ type: 'freeze', forMs: 2_000 });
    expect(group.decides(adminOf('1_02', 'down'))).toEqual([
      {
        type: 'AdminRefused',
        version: 9,
        member: '1_02',
        state: 'down',
        reason: 'states are frozen just now: wait until they are not',
      },
    ]);
  });

  it('but copies go on coming in step: only states are frozen', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    group.tell({ type: 'freeze', forMs: 2_000 });
    group.copyAll();
    expect(group.state.backup).not.toContain(0);
  });
});
