import { describe, expect, it } from '@jest/globals';
import { assignmentsOf, commandWithin, isOfTheHost } from './host-commands.js';

const words = (text: string): string[] => text.split(' ');

describe("commands of an operator's own machine", () => {
  it.each([
    ...[
      'ls -la',
      'cd /var/log',
      'scp a b',
      'ftp 10.1.1.1',
      'md5sum x',
      'tar xf y',
      'date',
      'y',
      'save config',
      'ip a',
    ].map((text) => [text, true] as const),
    ...['asg stat', 'reboot', 'cpstop', 'ifconfig eth1 down', 'ip link set eth1 down', 'kill 7', 'save'].map(
      (text) => [text, false] as const,
    ),
  ])('%s: %s', (text, is) => {
    expect(isOfTheHost(words(text))).toBe(is);
  });

  it.each([
    ['watch -n1 asg stat', 'asg stat'],
    ['watch -d -n 2 asg stat -v', 'asg stat -v'],
    ['timeout 60 asg monitor', 'asg monitor'],
    ['sudo cpstop', 'cpstop'],
    ['sudo su -', undefined],
    ['nohup', undefined],
    ['asg stat', undefined],
  ])('%s carries out %s', (text, inner) => {
    expect(commandWithin(words(text))?.words.join(' ')).toBe(inner);
  });

  it('give names to things', () => {
    expect(assignmentsOf(['TAKE=118', 'X='])).toEqual({ TAKE: '118', X: '' });
    expect(assignmentsOf(['export', 'FILE=a=b'])).toEqual({ FILE: 'a=b' });
    expect(assignmentsOf(['TAKE=118', 'asg', 'stat'])).toBeUndefined();
    expect(assignmentsOf(['export', 'TAKE'])).toBeUndefined();
  });
});
