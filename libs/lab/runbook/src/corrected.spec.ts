import { describe, expect, it } from '@jest/globals';
import { applyPatch } from 'diff';
import * as fc from 'fast-check';
import { correctedRunbook, type Finding } from './corrected.js';
import { readRunbook } from './runbook.js';
import { selectCommands } from './select.js';
import { TERSE, WIKI } from './testing.js';

const finding = (afterLine: Finding['afterLine'], why = 'Nobody looks at the members.'): Finding => ({
  rule: 'looks-before',
  commands: ['asg diag verify # added'],
  afterLine,
  why,
});
const corrected = (text: string, ...findings: Finding[]): string => correctedRunbook(text, findings).text;

describe('a corrected runbook', () => {
  it('has what it lacks behind the block of its line, as its list item goes on', () => {
    expect(corrected('1. Do:\n\n   ```bash\n   asg stat\n   ```\n2. b\n', finding(4))).toBe(
      '1. Do:\n\n   ```bash\n   asg stat\n   ```\n\n   Nobody looks at the members.\n\n' +
        '   Put in for `looks-before`:\n\n   ```bash\n   asg diag verify # added\n   ```\n\n2. b\n',
    );
  });

  it('has it between two commands of a block', () => {
    expect(corrected('> ```sh\n> a\n> b\n> ```\n', finding(2))).toBe(
      '> ```sh\n> a\n> ```\n>\n> Nobody looks at the members.\n>\n> Put in for `looks-before`:\n>\n' +
        '> ```bash\n> asg diag verify # added\n> ```\n>\n> ```sh\n> b\n> ```\n',
    );
  });

  it('has it in the box of a wiki', () => {
    expect(corrected('!!! note\n    Do:\n\n    ```\n    a\n    ```\n', finding(5))).toContain(
      '\n    ```\n\n    Nobody looks at the members.\n',
    );
  });

  it('cuts no session on another machine in two', () => {
    const text = '```\nssh sgm3\nasg stat\nexit\nreboot\n```\n';
    const lines = readRunbook(corrected(text, finding(2)), 'r.md').commands.map((c) => c.text);
    expect(lines).toEqual(['ssh sgm3', 'asg stat', 'exit', 'asg diag verify', 'reboot']);
  });

  it('comes before a rollback where something is missing at the end', () => {
    const { commands } = readRunbook(corrected(TERSE, finding('end')), 't.md');
    expect(commands.map((c) => [c.text, c.condition]).slice(-3)).toEqual([
      ['g_clusterXL_admin -b $MEMBERS up', undefined],
      ['asg diag verify', undefined],
      ['installer uninstall {{ package }}', 'rollback'],
    ]);
    expect(corrected('# A\n\nWords.', finding('end'))).toContain('Words.\n\nNobody');
  });

  it('leaves line ends as they are, and everything where nothing is missing', () => {
    expect(corrected('a\r\n', finding('end')).replaceAll('\r\n', '')).not.toContain('\n');
    expect(correctedRunbook(WIKI, [])).toMatchObject({ text: WIKI });
  });

  it('refuses a line that there is not', () => {
    expect(() => corrected('a\nb\n', finding(3))).toThrow('runbook.md:2: looks-before: there is no line 3.');
  });

  it('says in the diff what was put in', () => {
    const { diff } = correctedRunbook('a\n', [finding(1)], 'wiki.md');
    expect(diff).toContain('--- a/wiki.md\n+++ b/wiki.md\n@@ -1,1 +1,9 @@\n a\n+\n+Nobody looks');
  });

  it('runs whatever it ran before, and what was put in as well, wherever that is', () => {
    const why = fc.constantFrom('If a member fails, nobody knows.', 'Optional: x.', 'So it is.');
    const runOf = (text: string) => selectCommands(readRunbook(text, 'r.md'), {}).commands.map((c) => c.text);
    for (const text of [WIKI, TERSE]) {
      const last = text.split('\n').length - 1;
      const place = fc.oneof(fc.integer({ min: 0, max: last }), fc.constant('end' as const));
      fc.assert(
        fc.property(fc.array(fc.tuple(place, why), { minLength: 1, maxLength: 3 }), (places) => {
          const { text: after, diff } = correctedRunbook(
            text,
            places.map(([afterLine, why]) => finding(afterLine, why)),
          );
          expect(applyPatch(text, diff)).toBe(after);
          expect(runOf(after).filter((command) => command !== 'asg diag verify')).toEqual(
            runOf(text).filter((command) => command !== 'asg diag verify'),
          );
        }),
      );
    }
  });

  it('puts commands in the place of others, after the prompt that they had', () => {
    const text =
      '# R\n\n```\nasg stat\ninstaller install 1 \\\n  member_ids all\n```\n\n```\n[Global] x > reboot\nno\n```\n';
    const { text: after, diff } = correctedRunbook(text, [], '/a/r.md', [
      { rule: 'capacity', line: 5, lastLine: 6, commands: ['one', 'two'] },
      { rule: 'drained', line: 10, lastLine: 10, commands: ['three', 'four'] },
    ]);
    const block = '```\n[Global] x > three\n[Global] x > four\nno\n```\n';
    expect(after).toBe(`# R\n\n\`\`\`\nasg stat\n# Put in for capacity\none\ntwo\n\`\`\`\n\n${block}`);
    expect(applyPatch(text, diff)).toBe(after);
    expect(diff).toContain('--- a/a/r.md');
  });
});
