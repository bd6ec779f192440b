import { describe, expect, it } from '@jest/globals';
import { memberId, parseNodeId, parseStream } from './ids.js';
import { SUBJECT_MAP, grantsFor, logStreamName, logSubject } from './subject-map.js';

describe('grants from the subject map', () => {
  it('let a member hear only its own subjects and its own answers', () => {
    expect(grantsFor('member', '1_03', 1, 'demo')).toEqual({
      role: 'member',
      id: '1_03',
      site: 1,
      fabric: 'demo',
      publish: [
        'demo.data.orchestrator.*',
        'demo.data.member.*',
        'demo.data.sync.*',
        'demo.cmd.security-group.*',
        'demo.cmd.security-group.*.all',
        'demo.cmd.software.*',
        'demo.cmd.software.*.all',
        'demo.sync.copied.*',
        'demo.sync.progress.*',
        'demo.cfg.member.*',
        'demo.flow.*',
      ],
      subscribe: ['demo.data.member.1_03', 'demo.cfg.member.1_03', 'demo.ctl.member.1_03', '_INBOX.demo.member.1_03.>'],
      log: ['read'],
      inboxPrefix: '_INBOX.demo.member.1_03',
      answers: ['_INBOX.demo.member.*.*.*.cfg.member.1_03', '_INBOX.demo.lab.*.*.*.ctl.member.1_03'],
    });
  });

  it('tell the outside world nothing of the log and nobody inside but orchestrators', () => {
    const grants = grantsFor('outside-world', 'outside', 1, 'demo');
    expect(grants.publish).toEqual(['demo.data.orchestrator.*']);
    expect(grants.subscribe).toEqual([
      'demo.data.outside',
      'demo.probe.outside',
      'demo.ctl.outside-world.outside',
      '_INBOX.demo.outside-world.outside.>',
    ]);
    expect(grants.log).toEqual([]);
  });

  it('let the lab speak to every role and hear only answers', () => {
    const grants = grantsFor('lab', 'lab', 1, 'demo');
    expect(grants.publish).toEqual([
      'demo.cmd.security-group.*',
      'demo.cmd.security-group.*.all',
      'demo.cmd.hypersync.*',
      'demo.cmd.hypersync.*.all',
      'demo.cmd.software.*',
      'demo.cmd.software.*.all',
      'demo.cmd.upgrade.*',
      'demo.cmd.upgrade.*.all',
      'demo.ctl.orchestrator.*',
      'demo.ctl.member.*',
      'demo.ctl.sync.*',
      'demo.ctl.outside-world.*',
      'demo.ctl.upgrade-conductor.*',
      'demo.ctl.archive.*',
    ]);
    expect(grants.subscribe).toEqual(['_INBOX.demo.lab.lab.>']);
    expect(grants.answers).toEqual([]);
  });

  it('give nobody a subject of the log', () => {
    for (const row of SUBJECT_MAP) expect(row.template.startsWith('log.')).toBe(false);
  });

  it.each(['a.b', '*', '>', 'a b', '', '-a'])('refuse the name %j, which would reach other subjects', (name) => {
    expect(() => grantsFor('member', name, 1, 'demo')).toThrow(RangeError);
    expect(() => grantsFor('member', '1_01', 1, name)).toThrow(RangeError);
  });
});

describe('log names', () => {
  it('put fabric, site, kind and id in the subject', () => {
    expect(logSubject('demo', 1, 'security-group.SG1')).toBe('demo.log.1.security-group.SG1');
    expect(logStreamName('demo', 2)).toBe('demo_LOG_2');
  });

  it.each(['run', 'run.', 'run.*', 'a.b.c', 'run.>'])('refuse the stream %j', (stream) => {
    expect(() => logSubject('demo', 1, stream)).toThrow(RangeError);
    expect(() => parseStream(stream)).toThrow(RangeError);
  });
});

describe('ids', () => {
  it('write and read site and number', () => {
    expect(memberId(1, 3)).toBe('1_03');
    expect(parseNodeId('1_03')).toEqual({ site: 1, number: 3 });
    expect(parseNodeId('2_1')).toEqual({ site: 2, number: 1 });
    expect(parseNodeId('outside')).toBeUndefined();
    expect(parseNodeId('0_1')).toBeUndefined();
  });
});
