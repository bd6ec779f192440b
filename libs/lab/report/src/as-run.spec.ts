import { describe, expect, it } from '@jest/globals';
import { asRunMarkdown, type AsRunData } from './as-run.js';

const AT = Date.UTC(2026, 2, 2, 9, 0, 0);

const RUN: AsRunData = {
  runbook: 'upgrade.md',
  verdict: 'fail',
  reasons: ['group-standby: 1_03 is still taken down'],
  restsOnText: 'the simulator; settings that are documented 16',
  steps: [
    {
      line: 4,
      section: 'Before',
      command: 'asg stat | grep -c ACTIVE',
      target: '',
      status: 'done',
      startMs: AT,
      endMs: AT + 1000,
      output: '4\n',
      changes: [],
      deviations: [],
      notes: [],
    },
    {
      line: 5,
      section: 'Before',
      command: 'g_cp_disable_member 1_03',
      target: '1_02',
      status: 'done',
      startMs: AT + 3000,
      endMs: AT + 6000,
      output: '',
      changes: ['an operator sets 1_03 down', '1_03 is out'],
      deviations: ['the fabric has not settled within 2 s'],
      notes: [],
    },
    {
      line: 6,
      section: 'Before',
      command: 'ls',
      target: '',
      status: 'passed over',
      startMs: null,
      endMs: null,
      output: '',
      changes: [],
      deviations: [],
      notes: ['it is not carried out here'],
    },
  ],
  leftOut: [{ line: 9, command: 'reboot', why: "only for a case: 'Rollback'" }],
  assessment: {
    rules: [
      { rule: 'capacity', held: true, when: null, why: 'enough serve' },
      { rule: 'drained', held: false, when: AT + 4000, why: '1_03 left' },
    ],
    undone: [{ rule: 'group-standby', what: '1_03 is still taken down', remedy: 'g_cp_enable_member 1_03' }],
    notExecuted: [{ line: 2, text: 'Back up first.', safety: true }],
  },
  connections: {
    opened: 20,
    affected: 3,
    lost: 2,
    lostWhen: [
      {
        from: AT + 4000,
        to: AT + 4000,
        connections: 2,
        cause: 'no_backup',
        line: 5,
        command: 'g_cp_disable_member 1_03',
      },
    ],
  },
  capacity: [{ from: AT, to: AT + 6000, share: 75 }],
  corrected: '--- a/upgrade.md\n+++ b/upgrade.md\n',
};

describe('the record of a runbook', () => {
  it('as Markdown, ready to file', () => {
    expect(asRunMarkdown(RUN).replaceAll(/[\u00a0\u202f]/g, ' ')).toBe(`# upgrade.md, as run

**fail**: group-standby: 1\\_03 is still taken down

Rests on the simulator; settings that are documented 16.

## Rules

| rule |  | why |
| --- | --- | --- |
| capacity | held | enough serve |
| drained | broken at 09:00:04 | 1\\_03 left |

## Left undone

| rule | what | remedy |
| --- | --- | --- |
| group-standby | 1\\_03 is still taken down | g\\_cp\\_enable\\_member 1\\_03 |

## Ordered by the text, and done by no command

| line |  | sentence |
| --- | --- | --- |
| 2 | safety | Back up first. |

## Connections lost

| when | connections | cause | during |
| --- | --- | --- | --- |
| 09:00:04 | 2 | no\\_backup | line 5: g\\_cp\\_disable\\_member 1\\_03 |

## Capacity

| from | to | for | of the group |
| --- | --- | --- | --- |
| 09:00:00 | 09:00:06 | 6 s | 75 % |

## Commands as run

| line | at | took | typed at | command | outcome | what changed |
| --- | --- | --- | --- | --- | --- | --- |
| 4 | 09:00:00 | 1 s | SMO | asg stat \\| grep -c ACTIVE | done |  |
| 5 | 09:00:03 | 3 s | 1\\_02 | g\\_cp\\_disable\\_member 1\\_03 | done; the fabric has not settled within 2 s | an operator sets 1\\_03 down; 1\\_03 is out |
| 6 | – | – | SMO | ls | passed over; it is not carried out here |  |

## Commands left out

| line | command | why |
| --- | --- | --- |
| 9 | reboot | only for a case: 'Rollback' |

## The runbook with what it lacks

\`\`\`
--- a/upgrade.md
+++ b/upgrade.md
\`\`\`

## What was shown

### Line 4: asg stat \\| grep -c ACTIVE

\`\`\`
4
\`\`\`

`);
  });

  it('says where there is nothing to be said', () => {
    const { steps } = RUN;
    const assessment = { rules: [], undone: [], notExecuted: [] };
    const connections = { ...RUN.connections, lost: 0, lostWhen: [] };
    const well = { ...RUN, verdict: 'pass', reasons: [], corrected: '', leftOut: [], assessment, connections, steps };
    const text = asRunMarkdown(well);
    expect(text).toContain('**pass**\n');
    expect(text).toContain('## Left undone\n\nNothing.');
    expect(text).toContain('## Connections lost\n\nNone.');
    expect(text).not.toContain('with what it lacks');
  });
});
