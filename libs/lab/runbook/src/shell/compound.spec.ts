import { describe, expect, it } from '@jest/globals';
import { commandsWithin, endOfCompound, isCompound, turnsOf } from './compound.js';

describe('loops and conditions', () => {
  it.each([
    ['for i in 1_03 1_04; do g_all -b $i fw ver; done', ['g_all -b 1_03 fw ver', 'g_all -b 1_04 fw ver']],
    ['for i in 1_0{3..4}\ndo\n  echo ${i}\n  asg stat\ndone', ['echo 1_03\n  asg stat', 'echo 1_04\n  asg stat']],
    [
      'for g in {B,A}; do g_cpconfig set standby -target_group $g; done',
      ['g_cpconfig set standby -target_group B', 'g_cpconfig set standby -target_group A'],
    ],
    ['for n in $(seq 9 10); do echo $n; done', ['echo 9', 'echo 10']],
    ['for n in `cat list`; do echo $n; done', undefined],
    ['for f in *.tgz; do md5sum $f; done', undefined],
    ['while true; do asg stat; done', undefined],
    ['asg stat', undefined],
  ])('%j', (text, turns) => {
    expect(turnsOf(text)).toEqual(turns);
  });

  it('end where their last word is, whatever stands within', () => {
    const lines = ['while true; do', '  if asg stat | grep -q DOWN; then echo no', '  fi', 'done', 'asg stat'];
    expect(endOfCompound(lines)).toBe(3);
    expect(endOfCompound(['if true; then echo; fi', 'asg stat'])).toBe(0);
    expect(endOfCompound(['for i in 1; do', 'asg stat'])).toBeUndefined();
    expect(endOfCompound(['asg stat', 'done'])).toBeUndefined();
    expect(['for x', 'if y', 'asg stat', '"if" y'].map(isCompound)).toEqual([true, true, false, false]);
  });

  it('have commands within', () => {
    expect(commandsWithin('until asg stat | grep -q UP; do sleep 5; done')).toEqual([
      ['asg', 'stat'],
      ['grep', '-q', 'UP'],
      ['sleep', '5'],
    ]);
  });
});
