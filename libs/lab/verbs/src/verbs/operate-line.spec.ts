import { describe, expect, it } from '@jest/globals';
import { placedCommands } from './operate-line.js';

const placed = (command: readonly string[], target: readonly string[] = []): unknown[] =>
  placedCommands({ target, command }).map((one) => [one.target.join(' '), one.command.join(' '), one.joiner]);

describe('what is given to exec at once', () => {
  it.each([
    [['asg', 'stat', '-v'], [['', 'asg stat -v', 'first']]],
    [['asg stat -v'], [['', 'asg stat -v', 'first']]],
    [["g_all_sgms 'fw ver'"], [['', "g_all_sgms 'fw ver'", 'first']]],
    [['exit'], [['', 'exit', 'first']]],
    [['asg stat | grep x'], [['', 'asg stat | grep x', 'first']]],
    [
      ['cpstop; cpstart && fw ver'],
      [
        ['', 'cpstop', 'first'],
        ['', 'cpstart', 'then'],
        ['', 'fw ver', 'and'],
      ],
    ],
    [['ssh', 'sgm3', 'fw', 'ver'], [['1_03', 'fw ver', 'first']]],
    [
      ["fw ver; ssh mho1 'fw ver; lldpctl'"],
      [
        ['', 'fw ver', 'first'],
        ['mho 1_1', 'fw ver', 'then'],
        ['mho 1_1', 'lldpctl', 'then'],
      ],
    ],
  ])('%j', (command, expected) => {
    expect(placed(command)).toEqual(expected);
  });

  it('is refused where it leads to where one stays, or to nobody', () => {
    expect(() => placed(['ssh sgm3'])).toThrow('ssh sgm3 leads to where one stays. Use rehearse shell.');
    expect(() => placed(['gclish'])).toThrow('Use rehearse shell.');
    expect(() => placed(['ssh', 'nobody', 'fw', 'ver'])).toThrow('nobody is no machine of this fabric.');
  });
});
