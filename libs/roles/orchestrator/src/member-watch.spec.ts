import { describe, expect, it } from '@jest/globals';
import type { FrameHeader, MemberBeat } from '@rehearsal/protocol';
import { BEAT, BEAT_WORDS, hashWords, HEADER_WORDS, nodeCode, writeMemberBeat } from '@rehearsal/protocol';
import type { Member, SecurityGroupState } from '@rehearsal/security-group';
import { initialState, pnoteMask } from '@rehearsal/security-group';
import { MemberWatch } from './member-watch.js';

const FRESH_MS = 300;

function memberOf(id: string, change: Partial<Member> = {}): Member {
  return {
    id,
    weight: 1,
    incarnation: 5,
    status: 'active',
    joinedAt: 1,
    lostAt: 0,
    admin: 'up',
    drained: false,
    problems: [],
    ...change,
  };
}

function given(members: readonly Member[], change: Partial<SecurityGroupState> = {}) {
  const clock = { nowMs: 1000 };
  const rules = { ...initialState.rules, culThresholdPercent: 80 };
  const state = { ...initialState, version: 9, rules, members, ...change };
  const told: Record<string, unknown>[] = [];
  const answers: (() => void)[] = [];
  const newer: number[] = [];
  const group = {
    state,
    version: 9,
    submit: (input: Record<string, unknown>, _principal: unknown, _cause: unknown, done: () => void) => {
      const { id: _id, at: _at, from: _from, orchestrator: _orchestrator, ...rest } = input;
      told.push(rest);
      answers.push(done);
    },
  };
  const rt = { self: { id: '1_1' }, nowMs: () => clock.nowMs };
  const watch = new MemberWatch(rt as never, group as never, {
    newId: (what) => what,
    onNewer: (code) => newer.push(code),
    freshMs: () => FRESH_MS,
  });
  const says = (id: string, change_: Partial<MemberBeat>, incarnation = 5): void => {
    const words = new Int32Array(HEADER_WORDS + BEAT_WORDS);
    const quiet = { state: BEAT.active, connections: 7, problems: 0, drained: false, cpuPercent: 0 };
    writeMemberBeat(words, { ...quiet, ready: [0, 0], spreadReady: false, rank: 0, mixes: false, ...change_ });
    watch.onBeat({ from: nodeCode('member', id), fromIncarnation: incarnation, tableVersion: 8 } as FrameHeader, words);
  };
  return { watch, says, told, answers, newer, clock };
}

describe('what a member says of itself', () => {
  it('is nothing new as long as the group knows it', () => {
    const { says, told } = given([memberOf('1_01', { problems: ['fwd'] }), memberOf('1_02')]);
    says('1_01', { problems: pnoteMask(['fwd']) });
    says('1_02', { cpuPercent: 80 });
    expect(told).toEqual([]);
  });

  it('is told once until it has been answered, and again until the group shows it', () => {
    const { says, told, answers } = given([memberOf('1_01'), memberOf('1_02')]);
    says('1_01', { problems: pnoteMask(['fwd', 'Fullsync']) });
    says('1_01', { problems: pnoteMask(['fwd', 'Fullsync']) });
    const report = { type: 'memberReported', member: '1_01', incarnation: 5, problems: ['Fullsync', 'fwd'] };
    expect(told).toEqual([report]);
    answers[0]?.();
    says('1_01', { problems: pnoteMask(['fwd', 'Fullsync']) });
    expect(told).toEqual([report, report]);
  });

  it.each([
    ['stopped', 'announced'],
    ['failed', 'pnote'],
  ] as const)('that it has %s is its loss', (state, reason) => {
    const { says, told } = given([memberOf('1_01')]);
    says('1_01', { state: BEAT[state], problems: 1 });
    expect(told).toEqual([
      { type: 'memberSilent', member: '1_01', incarnation: 5, reason, version: 9, evidence: { connections: 7 } },
    ]);
  });

  it('that it is empty-handed carries the table it had folded', () => {
    const { says, told } = given([memberOf('1_01', { admin: 'down' }), memberOf('1_02')]);
    says('1_01', { drained: true });
    expect(told).toEqual([{ type: 'memberDrained', member: '1_01', incarnation: 5, version: 8 }]);
  });

  it('of its load is told once a second, above the threshold', () => {
    const { says, told, answers, clock } = given([memberOf('1_01')]);
    for (let beat = 0; beat < 21; beat++) {
      says('1_01', { cpuPercent: 81 });
      for (const answer of answers) answer();
      clock.nowMs += 100;
    }
    expect(told).toHaveLength(3);
    expect(told[0]).toEqual({ type: 'loadReported', member: '1_01', incarnation: 5, percent: 81 });
  });

  it('that it is ready counts for the policy that is waited for alone', () => {
    const hash = 'ab'.repeat(32);
    const install = { hash, smo: 1, until: 0, waiting: [1] };
    const { says, told } = given([memberOf('1_01'), memberOf('1_02')], { install });
    says('1_01', { ready: hashWords('cd'.repeat(32)) });
    says('1_02', { ready: hashWords(hash) });
    expect(told).toEqual([]);
    says('1_01', { ready: hashWords(hash) });
    expect(told).toEqual([{ type: 'policyReady', member: '1_01', incarnation: 5, hash }]);
  });

  it('asks in when it is out, unless an operator took it down or others can do without it', () => {
    const out = { status: 'out', incarnation: 4 } as const;
    const { says, told } = given([
      memberOf('1_01'),
      memberOf('1_02', out),
      memberOf('1_03', { ...out, admin: 'down' }),
      memberOf('1_04', out),
    ]);
    says('1_02', { state: BEAT.init });
    says('1_03', { state: BEAT.ready });
    says('1_04', { state: BEAT.ready, problems: 1 });
    expect(told).toEqual([]);
    says('1_02', { state: BEAT.ready });
    expect(told).toEqual([{ type: 'memberSeen', member: '1_02', incarnation: 5, version: 8, evidence: {} }]);
    const alone = given([memberOf('1_04', out)]);
    alone.says('1_04', { state: BEAT.ready, problems: pnoteMask(['fwd']) });
    expect(alone.told).toMatchObject([{ type: 'memberSeen', problems: ['fwd'] }]);
  });

  it('ends the life before it when it speaks with a newer incarnation, and is not heard with an older one', () => {
    const { says, told, newer } = given([memberOf('1_01')]);
    says('1_01', { state: BEAT.stopped }, 4);
    expect([told, newer]).toEqual([[], []]);
    says('1_01', { state: BEAT.init }, 6);
    expect([told, newer]).toEqual([[], [nodeCode('member', '1_01')]]);
  });

  it('is remembered for the dead time', () => {
    const { watch, says, clock } = given([memberOf('1_01')]);
    expect([watch.heard(memberOf('1_01')), watch.everHeard(memberOf('1_01', { incarnation: 0 }))]).toEqual([
      undefined,
      false,
    ]);
    says('1_01', { cpuPercent: 90, problems: 1 });
    clock.nowMs += FRESH_MS;
    expect(watch.heard(memberOf('1_01'))).toEqual({ says: 'active', problems: true, loaded: true });
    expect(watch.connectionsOf(nodeCode('member', '1_01'), 5)).toBe(7);
    expect(watch.connectionsOf(nodeCode('member', '1_01'), 4)).toBeUndefined();
    clock.nowMs += 1;
    expect(watch.heard(memberOf('1_01'))).toBeUndefined();
  });
});
