import { describe, expect, it } from '@jest/globals';
import { bind, placeholdersOf } from './placeholders.js';

describe('what a command leaves open', () => {
  it.each([
    ['ssh sgm<id>', ['id']],
    ['m <Member ID>', ['member_id']],
    ['show <PACKAGE-NAME> ${TAKE} $SGM_ID {{ sgm-id }}', ['package_name', 'take', 'sgm_id']],
    ['echo "<a> $B"', ['a', 'b']],
    ['ssh sgm{id}; g_cp_enable_member {member id}', ['id', 'member_id']],
    ["1_0{1..4} {A,B} {} awk '{print}'", []],
    [`awk '{print $x}' '<a>'`, ['a']],
    [String.raw`echo \$HOME`, []],
    ['fw load < /tmp/in > /tmp/out', []],
    ['sort <in >out', []],
    ['cat <<EOF>x', []],
    ['asg stat', []],
  ])('is told by its names: %s', (command, names) => {
    expect(placeholdersOf(command)).toEqual(names);
  });

  it('is put in, or said to be missing', () => {
    expect(bind('ssh sgm<id> "$TAKE" \'$TAKE\'', { ID: '3', take: '26' })).toEqual({ text: `ssh sgm3 "26" '$TAKE'` });
    expect(bind('m <Member ID>; x $a', { 'member id': '1_03' })).toEqual({ missing: ['a'] });
    expect(bind('x <a>', { a: '$b <c>' })).toEqual({ text: 'x $b <c>' });
  });
});
