import { describe, expect, it } from '@jest/globals';
import { readRunbook, ordersOf, speechOf } from '@rehearsal/runbook';
import type { Assessment, StepOutput } from './assessment.js';
import { verdictOf } from './assessment.js';
import { findingsOf, findingsOfOrders } from './findings.js';
import { installedInGroups } from './in-groups.js';
import { block, plannedOf } from './testing.js';

const MEMBERS = ['1_01', '1_02', '1_03', '1_04'].map((id, i) => ({ id, group: i < 2 ? 'A' : 'B' }));
const plan = { securityGroup: { members: MEMBERS } } as unknown as Parameters<typeof installedInGroups>[0]['plan'];
const groups = new Map([
  ['A', ['1_01', '1_02']],
  ['B', ['1_03', '1_04']],
]);

const HELD: Assessment = { rules: [], undone: [], notExecuted: [] };
const broken = (rule: string): Assessment => ({ ...HELD, rules: [{ rule, held: false, when: 5, why: 'it broke' }] });

/** Each command took ten seconds, and took down or let in whom it names. */
function stepsOf(text: string): StepOutput[] {
  return plannedOf(text).map(({ from, command }, i) => {
    const [, state = ''] = / (up|down)$/.exec(command.text) ?? [];
    const ids = state === '' ? [] : (command.text.match(/1_0\d/g) ?? []);
    return {
      line: from.line,
      section: '',
      command: command.text,
      target: '',
      status: 'done',
      startMs: i * 10,
      endMs: i * 10 + 9,
      output: '',
      deviations: [],
      notes: [],
      changes: ids.map((id) => `an operator sets ${id} ${state}`),
    } as StepOutput;
  });
}

describe('what a runbook lacks', () => {
  it('cloning is switched off before the first members are taken down, and behind what switched it on', () => {
    const text = block(
      'set smo image auto-clone state on',
      'asg stat',
      'g_clusterXL_admin -b 1_03 down',
      'installer install 1 member_ids 1_03',
    );
    const steps = stepsOf(text);
    const speech = speechOf(steps.map((s) => s.command));
    expect(findingsOf(broken('cloning-on'), steps, speech).map((f) => [f.rule, f.afterLine, f.commands])).toEqual([
      ['cloning-on', 3, ['set smo image auto-clone state off']],
      ['cloning-not-restored', 'end', ['set smo image auto-clone state on']],
    ]);
  });

  it('a backup comes first, what is undone last, command by command', () => {
    const undone = [
      { rule: 'no-backup', what: 'nothing was kept', remedy: 'add backup local' },
      { rule: 'cloning-not-restored', what: 'cloning is off', remedy: 'set smo image auto-clone state on' },
      { rule: 'member-not-active', what: '1_02 is away', remedy: 'ssh 1_02; cpstart; exit' },
      { rule: 'install-undone', what: 'gone', remedy: 'x' },
    ];
    const found = findingsOf({ ...HELD, undone }, stepsOf(block('asg stat')), speechOf([]));
    expect(found).toEqual([
      { rule: 'no-backup', commands: ['add backup local'], afterLine: 1, why: 'Nothing was kept.' },
      { rule: 'member-not-active', commands: ['ssh 1_02', 'cpstart', 'exit'], afterLine: 'end', why: '1_02 is away.' },
      {
        rule: 'cloning-not-restored',
        commands: ['set smo image auto-clone state on'],
        afterLine: 'end',
        why: 'Cloning is off.',
      },
    ]);
  });

  it('what the text orders and a command does', () => {
    const text = `Image cloning must be disabled first.\n\nKeep in mind that policy must be equal.\n\n${block('asg stat')}`;
    const orders = ordersOf(readRunbook(text, 'r.md'));
    const found = (assessment: Assessment) => findingsOfOrders(orders, assessment, speechOf([]));
    expect(found(HELD).map((f) => [f.rule, f.afterLine, f.commands])).toEqual([
      ['not-executed', 1, ['set smo image auto-clone state off']],
    ]);
    expect(found(broken('cloning-on'))).toEqual([]);
    const told = (sentence: string) => findingsOfOrders(ordersOf(readRunbook(sentence, 'r.md')), HELD, speechOf([]));
    expect(told('Re-enable image cloning.').map((f) => f.commands)).toEqual([['set smo image auto-clone state on']]);
    expect(told('Do not enable image cloning.')).toEqual([]);
    expect(told('Check the policy on all members.').map((f) => [f.afterLine, f.commands])).toEqual([
      ['end', ['asg_policy verify']],
    ]);
  });

  it('members installed while they serve are installed group by group', () => {
    const text = block('installer install 1 member_ids all', 'asg stat');
    const steps = stepsOf(text);
    const typed = ['g_cpconfig set active -target_group A'];
    const asked = { plan, planned: plannedOf(text), steps, assessment: broken('drained') };
    expect(installedInGroups({ ...asked, speech: speechOf(typed, groups) })).toEqual([
      {
        rule: 'drained',
        line: 2,
        lastLine: 2,
        commands: [
          'g_cpconfig set standby -target_group B',
          'installer install 1 member_ids 1_03,1_04',
          'g_cpconfig set active -target_group B',
          'g_cpconfig set standby -target_group A',
          'installer install 1 member_ids 1_01,1_02',
          'g_cpconfig set active -target_group A',
        ],
      },
    ]);
    expect(installedInGroups({ ...asked, assessment: HELD, speech: speechOf(typed, groups) })).toEqual([]);
  });

  it('members that were taken down are left as they are', () => {
    const text = block(
      'g_clusterXL_admin -b 1_03,1_04 down',
      'installer install 1 member_ids 1_03,1_04',
      'g_clusterXL_admin -b 1_03,1_04 up',
      'installer install 1 member_ids 1_01,1_02',
    );
    const speech = speechOf(['g_clusterXL_admin -b 1_03 down'], groups);
    const asked = { plan, planned: plannedOf(text), steps: stepsOf(text), assessment: broken('drained'), speech };
    expect(installedInGroups(asked).map((r) => [r.line, r.commands[0]])).toEqual([
      [5, 'g_clusterXL_admin -b 1_01,1_02 down'],
    ]);
  });
});

describe('the verdict on a runbook', () => {
  const well = { verdict: 'pass', reasons: [], connections: { lost: 0 } } as unknown as Parameters<typeof verdictOf>[2];
  const step = { line: 3, command: 'asg stat', status: 'done', deviations: [] } as const;
  const order = (safety: boolean): Assessment => ({ ...HELD, notExecuted: [{ line: 1, text: 'Do it.', safety }] });

  it.each([
    ['nothing speaks against it', [step], HELD, well, 'pass', []],
    ['an order that is not about safety is not followed', [step], order(false), well, 'pass', []],
    [
      'one about safety is not',
      [step],
      order(true),
      well,
      'inconclusive',
      ['line 1 orders what no command did: Do it.'],
    ],
    ['a rule is broken', [step], broken('drained'), well, 'fail', ['drained: it broke']],
    [
      'a command fails',
      [{ ...step, deviations: ['it failed'] }],
      order(true),
      well,
      'fail',
      ['line 3: asg stat: it failed'],
    ],
    [
      'connections are lost',
      [step],
      HELD,
      { ...well, connections: { ...well.connections, lost: 2 } },
      'fail',
      ['2 connections were lost'],
    ],
  ] as const)('%s', (_case, steps, assessment, result, verdict, reasons) => {
    expect(
      verdictOf(
        steps.map((s) => ({ ...s, deviations: [...s.deviations] })),
        assessment,
        result,
      ),
    ).toEqual({
      verdict,
      reasons,
    });
  });
});
