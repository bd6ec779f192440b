import { describe, expect, it } from '@jest/globals';
import { readRunbook } from './runbook.js';
import { selectCommands, type Choice } from './select.js';
import { TERSE, WIKI } from './testing.js';

const runbook = readRunbook(WIKI, 'wiki.md');
const lines = (choice: Choice, of = runbook): number[] => selectCommands(of, choice).commands.map((c) => c.line);

describe('a choice among the parts of a runbook', () => {
  it('leaves out what is only for a case, and says so', () => {
    const { commands, leftOut } = selectCommands(runbook, {});
    expect(commands.map((c) => c.line)).toEqual([24, 28, 30, 50, 61, 77]);
    expect(leftOut.map(({ command, why }) => [command.line, why])).toEqual([
      [41, "only for a case: 'If a member is not active, start it again:'"],
      [42, "only for a case: 'If a member is not active, start it again:'"],
      [55, "only for a case: 'Optional: look at the load:'"],
      [69, "only for a case: 'Rollback'"],
    ]);
  });

  it('takes titles by a part of them or by number, and a case by its own name alone', () => {
    expect(lines({ only: ['PREPARATION'] })).toEqual([24, 28, 30]);
    expect(lines({ only: ['2'] })).toEqual([50, 61]);
    expect(lines({ only: ['rollback'] })).toEqual([69]);
    expect(lines({ only: ['1', 'is not active'] })).toEqual([24, 28, 30, 41, 42]);
    expect(lines({ skip: ['2'] })).toEqual([24, 28, 30, 77]);
    expect(lines({ only: ['2'] }, readRunbook(TERSE, 't.md'))).toEqual([7, 8]);
    expect(selectCommands(runbook, { skip: ['1'] }).leftOut[0]!.why).toBe("'1' is to be skipped");
    expect(selectCommands(runbook, { only: ['3'] }).leftOut[0]!.why).toBe("only '3' is to be done");
  });

  it('takes no heading that stands over all of a file for a case', () => {
    const code = '```\nasg stat\n```\n';
    const chosen = (text: string): number[] => lines({}, readRunbook(text, 'r.md'));
    expect(chosen(`# Recover a failed member\n\n${code}`)).toEqual([4]);
    expect(chosen(`Rollback\n========\n\n${code}\n## If it fails\n\n${code}`)).toEqual([5]);
    expect(chosen(`# Rollback\n\n${code}\n# More\n\n${code}`)).toEqual([10]);
    expect(chosen(`${code}\n# Rollback\n\n${code}`)).toEqual([2]);
  });

  it('refuses a title that there is not, and lists those there are', () => {
    expect(() => lines({ only: ['Uprade'] })).toThrow(
      "wiki.md has no section 'Uprade'. It has: '🚀 Upgrade of a Security Group to R82', '1. 📋 Preparation',",
    );
    expect(() => lines({ skip: ['9'] })).toThrow("no section '9'");
    expect(() => lines({ only: ['x'] }, readRunbook('```\nasg stat\n```\n', 'r.md'))).toThrow('no headings at all');
  });
});
