import { describe, expect, it } from '@jest/globals';
import { isDue, piped, typedCommands, wayOf } from './shell-line.js';

const first = (line: string) => typedCommands(line)[0]!.command;

describe('a line that is typed at a shell', () => {
  it('is its commands, each with what its output goes through', () => {
    const typed = typedCommands('cpstop; cpstart && asg stat -v | grep ACTIVE | wc -l || fw ver');
    expect(typed.map(({ command, pipes }) => [command.joiner, command.text, pipes.map((p) => p.text)])).toEqual([
      ['first', 'cpstop', []],
      ['then', 'cpstart', []],
      ['and', 'asg stat -v', ['grep ACTIVE', 'wc -l']],
      ['or', 'fw ver', []],
    ]);
    const due = (failed: boolean): boolean[] => typed.map(({ command }) => isDue(command, failed));
    expect([due(false), due(true)]).toEqual([
      [true, true, true, false],
      [true, true, false, true],
    ]);
    expect(piped('a ACTIVE\nb\nc ACTIVE\n', typed[2]!.pipes)).toBe('2\n');
    expect(piped('a\n', [])).toBe('a\n');
    expect(() => typedCommands('fw ver $(date)')).toThrow('a command within a command is not carried out here.');
  });

  it('leads to other machines and shells, and back', () => {
    const target = { role: 'member', id: '1_03' };
    expect(wayOf(first('ssh sgm3'))).toEqual({ to: 'host', host: 'sgm3', target, command: '' });
    expect(wayOf(first("ssh 1_03 'cpstop; cpstart'"))).toMatchObject({ target, command: 'cpstop; cpstart' });
    expect(wayOf(first('ssh mho1_2'))).toMatchObject({ target: { role: 'orchestrator', id: '1_2' } });
    expect([wayOf(first('gclish')), wayOf(first('expert'))]).toEqual([{ to: 'shell' }, { to: 'shell' }]);
    expect([wayOf(first('exit')), wayOf(first('asg stat'))]).toEqual([{ to: 'back' }, undefined]);
  });
});
