import { describe, expect, it } from '@jest/globals';
import { contextAfter, hostOf, lastHost, NO_HOPS, targetOf, type Hop } from './context.js';

const after = (...commands: string[]): readonly Hop[] =>
  commands.reduce((stack, command) => contextAfter(stack, command.split(' ')), NO_HOPS);
const names = (...commands: string[]): string[] => after(...commands).map((hop) => hop.name);

describe('the name of a machine', () => {
  it.each([
    ['sgm3', 'member 1_03'],
    ['1_03', 'member 1_03'],
    ['sgm1_3', 'member 1_03'],
    ['SGM2_03', 'member 2_03'],
    ['admin@sgm12', 'member 1_12'],
    ['SG1-ch01-03', 'member 1_03'],
    ['mho1', 'orchestrator 1_1'],
    ['MHO-2', 'orchestrator 1_2'],
    ['mho2_1', 'orchestrator 2_1'],
    ['1_1', 'orchestrator 1_1'],
    ['mgmt', undefined],
    ['10.0.0.1', undefined],
  ])('says which it is: %s', (host, expected) => {
    const target = targetOf(host);
    expect(target === undefined ? undefined : `${target.role} ${target.id}`).toBe(expected);
  });
});

describe('the machine that a command is typed at', () => {
  it('is the last one that one went to and did not leave', () => {
    expect(names('ssh sgm3', 'asg stat')).toEqual(['sgm3']);
    expect(names('ssh mho1', 'member 3', 'exit')).toEqual(['mho1']);
    expect(names('m 1_03', 'logout', 'exit')).toEqual([]);
    expect(after('member 1_1')[0]!.target).toEqual({ role: 'member', id: '1_01' });
    expect(after('ssh mgmt')[0]!.target).toBeUndefined();
  });

  it('stays while another shell of it is opened and left', () => {
    const stack = after('ssh sgm3', 'gclish');
    expect(stack.map((hop) => [hop.via, hop.name, hop.target?.id])).toEqual([
      ['host', 'sgm3', '1_03'],
      ['shell', 'gclish', '1_03'],
    ]);
    expect(lastHost(stack)?.name).toBe('sgm3');
    expect(names('ssh sgm3', 'gclish', 'exit')).toEqual(['sgm3']);
    expect(lastHost(after('gclish'))).toBeUndefined();
  });

  it('is the same after a command that was sent elsewhere', () => {
    expect(names('ssh -p 22 sgm3 fw ver')).toEqual([]);
    expect(hostOf(['ssh', '-p', '22', 'sgm3', 'fw', 'ver'])).toEqual({
      host: 'sgm3',
      target: { role: 'member', id: '1_03' },
      command: ['fw', 'ver'],
    });
    expect(hostOf(['asg', 'stat'])).toBeUndefined();
    expect(hostOf(['member'])).toBeUndefined();
  });
});
