import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readRunbook } from './runbook.js';
import { TERSE, WIKI } from './testing.js';

const typed = (text: string): [number, string][] =>
  readRunbook(text, 'r.md').commands.map(({ line, text }) => [line, text]);

describe('a runbook in the style of a wiki page', () => {
  const runbook = readRunbook(WIKI, 'wiki.md');

  it('gives its commands in order, without prompts, comments and what was answered', () => {
    expect(runbook.commands.map(({ line, lastLine, text, condition }) => [line, lastLine, text, condition])).toEqual([
      [24, 24, 'asg_config_backup -f /tmp/before.tgz', undefined],
      [28, 28, 'asg stat -v | grep -c ACTIVE', undefined],
      [30, 30, 'cpinfo -y all', undefined],
      [41, 41, 'ssh sgm<Member ID>', 'If a member is not active, start it again:'],
      [42, 42, 'cpstart; exit', 'If a member is not active, start it again:'],
      [50, 50, 'set smo image auto-clone state off', undefined],
      [55, 56, 'asg perf -v -p', 'Optional: look at the load:'],
      [61, 62, 'installer upgrade "Check_Point_R82; T26.tgz" && asg stat -v', undefined],
      [69, 69, 'set snapshot revert before', 'Rollback'],
      [77, 77, 'asg diag verify', undefined],
    ]);
  });

  it('says where each stands and how it is written', () => {
    expect(runbook.commands[1]).toMatchObject({
      raw: '[Expert@SG1-ch01-01:0]# asg stat -v | grep -c ACTIVE',
      prompt: '[Expert@SG1-ch01-01:0]#',
      language: '',
      block: 1,
      path: [
        { kind: 'heading', text: '🚀 Upgrade of a Security Group to R82', line: 6 },
        { kind: 'heading', text: '1. 📋 Preparation', line: 18 },
        { kind: 'list item', text: 'Check that all members are active:', line: 26 },
      ],
    });
    expect(runbook.sections.map(({ title, number, condition }) => [title, number, condition])).toEqual([
      ['🚀 Upgrade of a Security Group to R82', undefined, undefined],
      ['1. 📋 Preparation', '1', undefined],
      ['2. 🔧 Upgrade', '2', undefined],
      ['Rollback', undefined, 'Rollback'],
      ['3. After', '3', undefined],
    ]);
  });

  it('says of every other block why there is nothing to type in it', () => {
    expect(runbook.passedOver).toEqual([
      { line: 34, lastLine: 35, why: "it is output: 'The output looks like this:'" },
      { line: 37, lastLine: 38, why: 'its language is json' },
    ]);
  });
});

describe('a terse runbook', () => {
  it('gives its commands, those of its rollback as a case', () => {
    expect(readRunbook(TERSE, 't.md').commands.map(({ line, text, condition }) => [line, text, condition])).toEqual([
      [7, 'asg stat', undefined],
      [8, 'g_all fw ver', undefined],
      [14, 'g_clusterXL_admin -b $MEMBERS down', undefined],
      [15, 'asg stat', undefined],
      [16, 'g_clusterXL_admin -b $MEMBERS up', undefined],
      [23, 'installer uninstall {{ package }}', 'rollback'],
    ]);
  });
});

describe('blocks of code', () => {
  it.each([
    ['Windows line ends', '# A\r\n\r\n```bash\r\nasg stat\r\n```\r\n', [[4, 'asg stat']]],
    ['tildes', '~~~ sh\nasg stat\n~~~\n', [[2, 'asg stat']]],
    ['a fence in the line of its item', '1. ```bash\n   asg stat\n   ```\n', [[2, 'asg stat']]],
    ['attributes of a fence', '``` {.bash title="x"}\nasg stat\n```\n', [[2, 'asg stat']]],
    ['quotes within lists', '- a\n  > b:\n  > ```\n  > asg stat\n  > ```\n', [[4, 'asg stat']]],
    ['commands less indented than their fence', '1. a\n   ```\nasg stat\n   ```\n2. b\n', [[3, 'asg stat']]],
    ['a fence closed at the margin', '1. a\n   ```\n   asg stat\n```\n\ntext\n', [[3, 'asg stat']]],
    ['a tab in front of a fence', '1. a\n\t```\n\tasg stat\n\t```\n', [[3, 'asg stat']]],
    ['quotes over several lines', "```\necho 'a\n# b'\n```\n", [[2, "echo 'a\n# b'"]]],
    [
      'an apostrophe that opens nothing',
      "```\necho don't\nasg stat\n```\n",
      [
        [2, "echo don't"],
        [3, 'asg stat'],
      ],
    ],
    ['a longer fence around a shorter one', '````text\n```bash\nreboot\n```\n````\n', []],
    ['comments of HTML', '<!--\nreboot\n-->\n', []],
    ['a box of a wiki', '!!! warning\n\n    Never do this:\n\n    ```\n    asg stat\n    ```\n', [[6, 'asg stat']]],
    ['a table pasted from a screen', '```\n-----------\n| SGM | UP |\n-----------\n```\n', []],
    ['a file without any', '# A\n\nJust words.\n', []],
    ['an empty file', '', []],
    ['comments only', '```bash\n# asg stat\n```\n', []],
    ['a root prompt in a session', '```console\n# asg stat\nSGMs 4 / 4\n```\n', [[2, 'asg stat']]],
    [
      'what a command asked, and was answered, below it',
      '```\ng_clusterXL_admin -b 1_03 down\nYou are about to perform sgm_admin down on blades: 1_03\nAre you sure? (Y - yes, any other key - no) y\nsgm_admin down requires auditing\nEnter your full name: Lab\nasg stat\n```\n',
      [
        [2, 'g_clusterXL_admin -b 1_03 down'],
        [7, 'asg stat'],
      ],
    ],
    ['a dialogue alone', '```\nAre you sure? (Y - yes, any other key - no) y\n```\n', []],
    ['a dollar prompt', '```\n$ asg stat\n```\n', [[2, 'asg stat']]],
    ['a prompt of gclish', '```\n[Global] SG1-ch01-01 > show cluster info\n```\n', [[2, 'show cluster info']]],
  ] as [string, string, [number, string][]][])('are read with %s', (_, text, expected) => {
    expect(typed(text)).toEqual(expected);
  });

  it.each([
    ['The output looks like this:', false],
    ['Expected output:', false],
    ['Look at the members. You should see:', false],
    ['It shows the members:', false],
    ['Run the command that shows the state:', true],
    ['Save the output of this:', true],
    ['Compare the output:', true],
    ['See to it that all are active:', true],
  ])('are typed or shown, as the sentence above says: %s', (text, isTyped) => {
    expect(typed(`${text}\n\n\`\`\`\nasg stat\n\`\`\`\n`)).toEqual(isTyped ? [[4, 'asg stat']] : []);
  });

  it.each([
    ['asg stat\n\n```bash\nasg stat\n', 'r.md:3: a code block begins here and never ends. Close it with ```.'],
    ['```bash\nasg stat\n\n```bash\nreboot\n```\n', 'r.md:4: a code block begins within the one of line 1.'],
    ['<div>\n```bash\nasg stat\n```\n</div>\n', 'r.md:1: a code block follows HTML at once'],
  ])('are refused where Markdown would take prose for commands: %j', (text, message) => {
    expect(() => readRunbook(text, 'r.md')).toThrow(message);
  });

  it('are found however deep a list is and however its fences are indented', () => {
    const level = fc.record({
      mark: fc.constantFrom('-', '*', '1.', '12)'),
      more: fc.integer({ min: 0, max: 1 }),
    });
    fc.assert(
      fc.property(
        fc.array(level, { maxLength: 4 }),
        fc.integer({ min: 0, max: 9 }),
        fc.boolean(),
        fc.constantFrom('', '> '),
        (levels, further, isApart, quote) => {
          const lines: string[] = [];
          let indent = 0;
          for (const { mark, more } of levels) {
            lines.push(`${' '.repeat(indent)}${mark}${' '.repeat(1 + more)}Do this:`);
            indent += mark.length + 1 + more;
          }
          if (levels.length === 0) lines.push('Do this:');
          if (isApart) lines.push('');
          const blank = ' '.repeat(indent + further);
          const line = lines.length + 2;
          lines.push(`${blank}\`\`\`bash`, `${blank}asg stat -v`, `${blank}  asg perf`, `${blank}\`\`\``, '', 'Text.');
          const runbook = readRunbook(lines.map((l) => quote + l).join('\n'), 'r.md');
          expect(runbook.commands.map((c) => [c.line, c.text])).toEqual([
            [line, 'asg stat -v'],
            [line + 1, 'asg perf'],
          ]);
          expect(runbook.commands[0]!.path.at(-1)?.text).toMatch(/Do this:$/);
        },
      ),
    );
  });
});
