import { describe, expect, it } from '@jest/globals';
import { rankOf } from '@rehearsal/software';
import { assessLog, type Stretch } from './assess-log.js';
import { RULES, type LogAssessment, type RuleId } from './rules.js';
import { speechOf } from './speech.js';
import { SPARE, Story, T118 } from './testing/story.js';

const FLOOR = 50;

function assess(story: Story, change: Partial<Stretch> = {}): LogAssessment {
  const stretch = { from: 10_000, to: story.at + 60_000, capacityFloorPercent: FLOOR };
  return assessLog(story.commits, { ...stretch, ...change });
}

const broken = (found: LogAssessment): readonly (readonly [RuleId, number | null, string])[] =>
  found.rules.filter((r) => !r.held).map((r) => [r.rule, r.when, r.why]);

/** What `jumbo-by-groups.md` orders. */
const byTheBook = (): Story =>
  Story.settled()
    .backedUp()
    .down('1_03', '1_04')
    .installed('1_03', '1_04')
    .up('1_03', '1_04')
    .down('1_01', '1_02')
    .installed('1_01', '1_02')
    .up('1_01', '1_02');

describe('a procedure, held to the rules by its log', () => {
  it('breaks none where it goes by the book, and leaves nothing undone', () => {
    const found = assess(byTheBook());
    expect(found.rules).toEqual(
      (Object.keys(RULES) as RuleId[]).map((rule) => ({ rule, held: true, when: null, why: RULES[rule] })),
    );
    expect(found.undone).toEqual([]);
    expect(Math.min(...found.capacity.map((c) => c.share))).toBe(50);
    expect(found.capacity.every((c, i) => c.to >= c.from && c.from === (found.capacity[i - 1]?.to ?? 10_000))).toBe(
      true,
    );
  });

  it('breaks none, and leaves nothing undone, where a spare is in no group', () => {
    const found = assess(Story.settled([], { spare: true }));
    expect([broken(found), found.undone]).toEqual([[], []]);
    expect(found.capacity.map((c) => c.share)).toEqual([100]);
  });

  it('cloning-on: not where a spare, or what takes the place of one that failed, comes to the image of the group', () => {
    const clones = (story: Story, id: string): Story => {
      const software = { release: 'R81.20', take: 99 };
      story.tellSoftware({ type: 'cloneDue', appliance: id, smo: '1_01', software });
      return story.ends(id).boots(id).joins(id);
    };
    const grown = Story.settled([], { spare: true }).tellGroup({ type: 'assignSpare', member: SPARE });
    grown.tellSoftware({ type: 'assignAppliance', appliance: SPARE, assigned: true });
    const found = assess(clones(grown, SPARE));
    expect([broken(found), found.undone]).toEqual([[], []]);
    expect(found.capacity.map((c) => c.share)).toEqual([100, 80, 100]);

    const built = [{ appliance: '1_03', serial: 'A3' }];
    const software = { release: 'R81.20', take: 0 };
    const mended = Story.settled([], { spare: true }).falls('1_03').copied();
    const fields = { serial: 'B3', software, built, serves: false, lives: false };
    mended.tellSoftware({ type: 'replaceAppliance', appliance: '1_03', ...fields }).boots('1_03');
    expect(broken(assess(clones(mended, '1_03'))).map(([rule]) => rule)).toEqual(['drained']);
    // Once it has joined it is a member as any other.
    mended.tellSoftware({ type: 'cloneDue', appliance: '1_03', smo: '1_01', software });
    expect(broken(assess(mended)).map(([rule]) => rule)).toContain('cloning-on');
  });

  it('capacity: where more is asked for than half', () => {
    const [first] = broken(assess(byTheBook(), { capacityFloorPercent: 60 }));
    expect(first).toEqual(['capacity', expect.any(Number), '50 % of the group served, and 60 % are asked for']);
  });

  it('capacity: a moment in which members hand over is none', () => {
    const story = Story.settled().down('1_02', '1_03', '1_04').up('1_02', '1_03', '1_04');
    expect(broken(assess(story))).toEqual([]);
    const longer = Story.settled().down('1_02', '1_03', '1_04');
    longer.at += 2_000;
    expect(broken(assess(longer.up('1_02', '1_03', '1_04'))).map(([rule]) => rule)).toEqual(['capacity']);
  });

  it('capacity: while the only orchestrator is installed, nobody serves', () => {
    const story = Story.settled().backedUp();
    const at = story.at;
    const why = '0 % of the group served, and 50 % are asked for: no orchestrator forwarded anything';
    const found = assess(story.installed('1_1'));
    expect(broken(found)).toEqual([['capacity', at, why]]);
    expect(found.capacity.map((c) => c.share)).toEqual([100, 0, 100]);
    expect(broken(assess(story, { capacityFloorPercent: 0 }))).toEqual([]);
  });

  it('redundancy: taken down before the copies that a loss asked for are in step', () => {
    const down = (story: Story): Story => story.tellGroup({ type: 'setAdmin', member: '1_03', state: 'down' });
    const hasty = Story.settled().falls('1_04');
    const at = hasty.at;
    const lost = ['drained', 10_000, '1_04 left with slots that it served (silence)'];
    expect(broken(assess(down(hasty)))).toEqual([
      ['redundancy', at, '1_03 went while 7 slots had no copy in step'],
      lost,
    ]);
    expect(broken(assess(down(Story.settled().falls('1_04').copied())))).toEqual([lost]);
  });

  it('drained: a member that goes with what it serves', () => {
    const story = Story.settled();
    const at = story.at;
    expect(broken(assess(story.falls('1_04')))).toEqual([
      ['drained', at, '1_04 left with slots that it served (silence)'],
    ]);
  });

  it('cloning-on: installed while image cloning is on', () => {
    const story = Story.settled().backedUp();
    story.tellGroup({ type: 'setAutoClone', state: 'on' }).down('1_03', '1_04');
    const at = story.at;
    const found = assess(story.installed('1_03', '1_04').up('1_03', '1_04'));
    expect(broken(found)).toEqual([['cloning-on', at, 'install began on 1_03 while image cloning was on']]);
  });

  it('cloning-on: a member goes back to an older image by it, and not where it goes on to a newer one', () => {
    const cloned = (take: number): LogAssessment => {
      const story = Story.settled().backedUp().down('1_04').installed('1_04').up('1_04');
      story.tellGroup({ type: 'setAutoClone', state: 'on' });
      const software = { release: 'R81.20', take };
      story.tellSoftware({ type: 'cloneDue', appliance: '1_04', smo: '1_01', software }).ends('1_04').boots('1_04');
      return assess(story);
    };
    const why = '1_04 took the image of 1_01 and went to R81.20 take 99';
    expect(broken(cloned(99))).toEqual([['cloning-on', expect.any(Number), why]]);
    expect(broken(cloned(120))).toEqual([]);
    expect(cloned(120).undone.map((u) => u.rule)).toEqual(['mixed-takes']);
  });

  it('version-pair: a member is to serve, or is let in, among those that do not understand it', () => {
    const story = Story.settled(['R81.10', 'R81.10', 'R81.10', 'R82']).down('1_04');
    const at = story.at;
    const mvc = story.tellSoftware({ type: 'setMvc', appliances: ['1_04'], state: 'on' });
    const meet = 'R81.10 and R82 are not known to meet in a multi-version cluster';
    expect(broken(assess(mvc))).toEqual([['version-pair', at, `1_04 was to serve beside others: ${meet}`]]);
    const letIn = Story.settled(['R81.10', 'R81.10', 'R81.10', 'R82']).down('1_04');
    const why = `1_04 with R82 was let in among members with R81.10: ${meet}`;
    expect(broken(assess(letIn.tellGroup({ type: 'setAdmin', member: '1_04', state: 'up' })))).toEqual([
      ['version-pair', expect.any(Number), why],
    ]);
  });

  it('version-pair: two releases that do not understand one another serve together', () => {
    const story = Story.settled(['R81', 'R81', 'R81', 'R82']).down('1_04');
    const at = story.at + 10;
    const why = 'R81 and R82 served beside one another: R81 and R82 are not known to meet in a multi-version cluster';
    expect(broken(assess(story.up('1_04'), { from: at }))).toEqual([['version-pair', at, why]]);
    const known = Story.settled(['R81.10', 'R81.10', 'R81.10', 'R81.20']).down('1_04').up('1_04');
    expect(broken(assess(known))).toEqual([]);
  });

  it('policy-differs: by what was looked at, and where a policy is enforced before all have it', () => {
    const story = byTheBook();
    const to = story.at;
    const looked = assess(story, { to, otherPolicy: ['1_03'] });
    expect(broken(looked)).toEqual([['policy-differs', to, 'at the end 1_03 had another policy than the SMO']]);
    expect(looked.undone.map((u) => u.rule)).toEqual(['policy-differs']);

    const loose = Story.settled([], { lockstep: false });
    const at = loose.at;
    loose.tellGroup({ type: 'installPolicy', hash: 'a'.repeat(64), smo: '1_01' });
    const why = 'a policy was enforced before 1_01, 1_02, 1_03, 1_04 had it';
    expect(broken(assess(loose))).toEqual([['policy-differs', at, why]]);

    const mixed = Story.settled(['R81.10', 'R81.10', 'R81.10', 'R81.20'], { lockstep: false });
    const release = { rank: rankOf('R81.20'), name: 'R81.20', runs: ['1_04'] };
    mixed.tellGroup({ type: 'installPolicy', hash: 'a'.repeat(64), release });
    expect(broken(assess(mixed)).map(([rule, , late]) => [rule, late])).toEqual([
      ['policy-differs', 'a policy was enforced before 1_04 had it'],
    ]);
  });

  it('what was before and comes after is not the doing of the procedure', () => {
    const story = Story.settled().falls('1_04').joins('1_04');
    expect(broken(assess(story, { from: story.at }))).toEqual([]);
    const to = story.at;
    expect(broken(assess(story.falls('1_03'), { from: to, to: to - 1 }))).toEqual([]);
  });
});

describe('what a procedure leaves undone', () => {
  const undone = (story: Story, typed: readonly string[] = []): readonly (readonly string[])[] => {
    const groups = new Map([
      ['A', ['1_01', '1_02']],
      ['B', ['1_03', '1_04']],
    ]);
    return assess(story, { speech: speechOf(typed, groups) }).undone.map((u) => [u.rule, u.what, u.remedy]);
  };
  const FIELD = ['g_cpconfig set standby -target_group B'];

  it('group-standby, in the words of the runbook', () => {
    const standby = (): Story => Story.settled().down('1_03', '1_04');
    const what = '1_03, 1_04 are still taken down';
    expect(undone(standby())).toEqual([['group-standby', what, 'set cluster members-admin-state ids 1_03,1_04 up']]);
    expect(undone(standby(), FIELD)).toEqual([['group-standby', what, 'g_cpconfig set active -target_group B']]);
    const older = ['g_clusterXL_admin -b 1_03-1_04 down'];
    expect(undone(standby(), [...older, 'asg_config_backup -n x'])).toEqual(undone(standby(), older));
    expect(undone(standby(), older)).toEqual([['group-standby', what, 'g_clusterXL_admin -b 1_03,1_04 up']]);
    expect(undone(Story.settled().down('1_04'), FIELD)).toEqual([
      ['group-standby', '1_04 is still taken down', 'g_cp_enable_member 1_04'],
    ]);
  });

  it('member-not-active', () => {
    expect(undone(Story.settled().falls('1_02'))).toEqual([
      ['member-not-active', '1_02 is not active', 'ssh 1_02; cpstart; exit'],
    ]);
  });

  it('cloning-not-restored', () => {
    const story = Story.settled();
    story.tellGroup({ type: 'setAutoClone', state: 'on' }).tellGroup({ type: 'setAutoClone', state: 'off' });
    expect(undone(story)).toEqual([
      ['cloning-not-restored', 'image cloning was on and is off now', 'set smo image auto-clone state on'],
    ]);
    expect(undone(story.tellGroup({ type: 'setAutoClone', state: 'on' }))).toEqual([]);
  });

  it('mixed-takes: those that lag are brought on, never more than one upgrade group at a time', () => {
    const story = Story.settled().backedUp().down('1_04').installed('1_04').up('1_04');
    const what = '1_04 runs R81.20 take 118 and 1_01 R81.20 take 99';
    const remedy = [
      'g_cp_disable_member 1_03',
      'installer install 1 member_ids 1_03',
      'g_cp_enable_member 1_03',
      'g_cpconfig set standby -target_group A',
      `g_install_update -target_group A -package ${T118} -install`,
      'g_cpconfig set active -target_group A',
    ].join('; ');
    expect(undone(story, FIELD)).toEqual([['mixed-takes', what, remedy]]);
  });

  it('no-backup', () => {
    const story = (): Story => Story.settled().down('1_03', '1_04').installed('1_03', '1_04').up('1_03', '1_04');
    const what = 'nothing was kept before software was changed';
    expect(undone(story()).at(-1)).toEqual(['no-backup', what, 'add backup local']);
    expect(undone(story(), FIELD).at(-1)).toEqual(['no-backup', what, 'asg_config_backup -n before.snap']);
    expect(undone(story().backedUp()).at(-1)?.[0]).toBe('no-backup');
  });

  it('install-failed', () => {
    const story = Story.settled().backedUp().down('1_04');
    story.tellSoftware({ type: 'installPackage', package: 1, as: 'install', appliances: ['1_04'] });
    expect(undone(story.ends('1_04', 'no room on disk').up('1_04')).map(([rule, what]) => [rule, what])).toEqual([
      ['install-failed', 'on 1_04: no room on disk'],
    ]);
  });

  it('install-undone: members that took the image of the SMO', () => {
    const story = Story.settled().backedUp();
    story.tellGroup({ type: 'setAutoClone', state: 'on' }).down('1_04').installed('1_04');
    const software = { release: 'R81.20', take: 99 };
    story.tellSoftware({ type: 'cloneDue', appliance: '1_04', smo: '1_01', software });
    story.ends('1_04').boots('1_04').up('1_04');
    expect(undone(story)).toEqual([
      [
        'install-undone',
        '1_04 took the image of the SMO and runs R81.20 take 99 again',
        'set smo image auto-clone state off',
      ],
    ]);
  });
});
