import { describe, expect, it } from '@jest/globals';
import { applyPipe, foundNothing } from './apply-pipe.js';
import { splitLine } from './split-line.js';

const LINES = ['1 (local)  ACTIVE', '2          active', '3          DOWN', 'a+b'];
const through = (command: string): string[] => applyPipe(LINES, splitLine(command)[0]!.words);

describe('a pipe', () => {
  it.each([
    ['grep ACTIVE', [LINES[0]]],
    ['grep -i active', [LINES[0], LINES[1]]],
    ['grep -vi active', [LINES[2], LINES[3]]],
    ["grep -E 'DOWN|local'", [LINES[0], LINES[2]]],
    ["grep 'DOWN\\|local'", [LINES[0], LINES[2]]],
    ['grep (local)', undefined],
    ["grep '(local)'", [LINES[0]]],
    ['grep a+b', [LINES[3]]],
    ['grep -c ACTIVE', ['1']],
    ["grep '^[[:digit:]]'", LINES.slice(0, 3)],
    ['wc -l', ['4']],
    ['head -2', LINES.slice(0, 2)],
    ['head -n 1', LINES.slice(0, 1)],
    ['tail -1', LINES.slice(3)],
    ['tail -0', []],
    ['more', LINES],
    ['tee /tmp/x', LINES],
    ['grep -n DOWN', ['3:3          DOWN']],
    ['grep -A1 DOWN', LINES.slice(2)],
    ['grep -B 1 DOWN', LINES.slice(1, 3)],
    ['grep --color=auto DOWN', [LINES[2]]],
    ['sort -r', [LINES[3], LINES[2], LINES[1], LINES[0]]],
    ['uniq -c', LINES.map((line) => `      1 ${line}`)],
  ])('leaves of the lines: %s', (command, expected) => {
    if (expected === undefined) expect(() => through(command)).toThrow('a subshell');
    else expect(through(command)).toEqual(expected);
  });

  it.each([
    ['awk x', 'there is no awk to pipe to'],
    ['grep -P x', 'grep has no option -P'],
    ['grep', 'grep takes one pattern'],
    ["grep -E '('", "'(' is no pattern"],
    ['wc -c', 'wc -c'],
    ['sort -k2', 'sort -k2'],
    ['uniq -d', 'uniq -d'],
    ['grep -A x DOWN', 'expected a number of lines'],
    ['head -x', 'expected a number of lines'],
  ])('refuses %s', (command, message) => {
    expect(() => through(command)).toThrow(message);
  });

  it('says whether what was searched for was found', () => {
    expect(foundNothing(['grep', 'x'], [])).toBe(true);
    expect(foundNothing(['grep', '-c', 'x'], ['0'])).toBe(true);
    expect(foundNothing(['grep', '-c', 'x'], ['10'])).toBe(false);
    expect(foundNothing(['wc', '-l'], [])).toBe(false);
  });
});
