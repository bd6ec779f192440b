import { describe, expect, it } from '@jest/globals';
import { block, goThrough } from './testing.js';

const typed = (asked: readonly string[]): readonly string[] =>
  asked.filter((line) => !line.startsWith('wait') && line !== 'asg policy verify');
const outcomes = (steps: ReturnType<typeof goThrough>['steps']): readonly string[] =>
  steps.map((s) => `${s.command}: ${s.status}`);
const failing =
  (...commands: readonly string[]) =>
  (command: string) =>
    commands.includes(command)
      ? { status: 1, stderr: `rehearse: ${command} is refused.\n` }
      : { status: 0, stdout: 'a\nb\n' };

describe('a runbook, gone through', () => {
  it('is typed command by command, each until the fabric has settled, and ends with a look at the policy', () => {
    const { asked, steps } = goThrough(block('asg stat # look', 'sleep 5m', 'asg diag verify'));
    expect(asked).toEqual([
      'asg stat',
      'wait after 1 s',
      'wait after 300 s',
      'asg diag verify',
      'wait after 1 s',
      'asg policy verify',
    ]);
    expect(steps[0]).toEqual({
      line: 2,
      section: '',
      command: 'asg stat',
      target: '',
      status: 'done',
      startMs: 0,
      endMs: 1500,
      output: 'fine\n',
      deviations: [],
      notes: [],
    });
  });

  it('is elsewhere after ssh until that ends, and at the SMO again with the next block', () => {
    const text =
      block('ssh admin@sgm3', 'cpstop; cpstart', 'ssh mho1', 'lldpctl', 'exit', 'asg stat', 'exit', 'asg stat') +
      block('m 1_02', 'cphaprob state') +
      block('fw ver', 'ssh sgm2 cphaprob list', "ssh 1_03 'cpstop'", 'asg stat', 'ssh SG1', 'fw ver');
    expect(typed(goThrough(text).asked)).toEqual([
      '1_03 cpstop',
      '1_03 cpstart',
      'mho 1_1 lldpctl',
      '1_03 asg stat',
      'asg stat',
      '1_02 cphaprob state',
      'fw ver',
      '1_02 cphaprob list',
      '1_03 cpstop',
      'asg stat',
      'fw ver',
    ]);
  });

  it('puts through a pipe what each of several members shows, where the pipe goes to them', () => {
    const shown = '-*- 2 blades: 1_01 1_02 -*-\nTake: 118\nelse\n\n1_03:\nTake: 99\n\n';
    const answer = (): { status: number; stdout: string } => ({ status: 0, stdout: shown });
    const text = block("g_all 'cpinfo -y all | grep Take'", 'g_all cpinfo -y all | grep Take | wc -l');
    expect(goThrough(text, answer).steps.map((s) => s.output)).toEqual([
      '-*- 2 blades: 1_01 1_02 -*-\nTake: 118\n1_03:\nTake: 99\n',
      '2\n',
    ]);
  });

  it('does not get to machines that are not there, and takes an address for the group', () => {
    const { steps } = goThrough(block('ssh sgm9', 'ssh web1', 'ssh admin@192.0.2.7'), undefined, { keepGoing: true });
    const known = 'Machines are sgm 1_01, sgm 1_02, sgm 1_03, mho 1_1.';
    expect(steps.map((s) => [s.status, ...s.deviations, ...s.notes])).toEqual([
      ['failed', `it failed: there is no member 1_09 in this fabric. ${known}`],
      ['failed', `it failed: web1 is no machine of this fabric. ${known}`],
      ['done', '192.0.2.7 is taken for the address of the group: at its SMO'],
    ]);
  });

  it('stops where a command fails, and says why', () => {
    const text = block('asg stat', 'asg stats', 'fw ver', 'ls');
    const { asked, steps } = goThrough(text, failing('asg stats'));
    expect(typed(asked)).toEqual(['asg stat', 'asg stats']);
    expect(steps.map((s) => s.status)).toEqual(['done', 'failed', 'not reached', 'not reached']);
    expect(steps[1]?.deviations).toEqual(['it failed: asg stats is refused.']);
    const going = goThrough(text, failing('asg stats'), { keepGoing: true });
    expect(going.steps.map((s) => s.status)).toEqual(['done', 'failed', 'done', 'passed over']);
  });

  it('honours && and ||', () => {
    const text = block('bad && fw ver || asg stat', 'asg stat && fw ver || echo no', 'ls || echo missing');
    expect(outcomes(goThrough(text, failing('bad'), { keepGoing: true }).steps)).toEqual([
      'bad: failed',
      'fw ver: skipped',
      'asg stat: done',
      'asg stat: done',
      'fw ver: done',
      'echo no: skipped',
      'ls: passed over',
      'echo missing: skipped',
    ]);
  });

  it('puts what is shown through pipes, and a search that finds nothing fails for what follows alone', () => {
    const text = block(
      'asg stat | grep b',
      'asg stat | grep -q x && echo found || echo none',
      'asg stat > /tmp/x | wc -l',
    );
    const { steps, asked } = goThrough(text, failing());
    expect(steps.map((s) => [s.command, s.status, s.output])).toEqual([
      ['asg stat | grep b', 'done', 'b\n'],
      ['asg stat | grep -q x', 'done', ''],
      ['echo found', 'skipped', ''],
      ['echo none', 'done', 'none\n'],
      ['asg stat > /tmp/x | wc -l', 'done', '2\n'],
    ]);
    expect(typed(asked)).toEqual(['asg stat', 'asg stat', 'asg stat']);
  });

  it('gives the last line in words for the reason of a failure, even out of a table', () => {
    const shown = 'Update Service Engine\n+-----+----+\n|1_03 |no, since it is older|\n+-----+----+\n';
    const { steps } = goThrough(block('installer verify 1 member_ids all'), () => ({ status: 1, stdout: shown }));
    expect(steps[0]!.deviations).toEqual(['it failed: 1_03: no, since it is older']);
  });

  it('finds members with another policy at the end', () => {
    const shown = '| 1_01 | x | Success    |\n| 1_03 | y | Failed (!) |\n';
    const { otherPolicy } = goThrough(block('asg stat'), (command) => ({
      status: 0,
      stdout: command === 'asg policy verify' ? shown : '',
    }));
    expect(otherPolicy).toEqual(['1_03']);
  });
});
