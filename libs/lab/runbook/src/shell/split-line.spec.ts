import { describe, expect, it } from '@jest/globals';
import { LabError } from '@rehearsal/lab-port/lab-error';
import * as fc from 'fast-check';
import { splitLine } from './split-line.js';

const short = (text: string) => splitLine(text).map(({ joiner, words }) => [joiner, ...words]);

describe('a line of a shell', () => {
  it('is split into commands, each with what leads to it', () => {
    expect(short('asg stat; fw ver && cphaprob state || reboot\nasg perf -v | grep -i "a | b" # why')).toEqual([
      ['first', 'asg', 'stat'],
      ['then', 'fw', 'ver'],
      ['and', 'cphaprob', 'state'],
      ['or', 'reboot'],
      ['then', 'asg', 'perf', '-v'],
      ['pipe', 'grep', '-i', 'a | b'],
    ]);
  });

  it('keeps quotes in the text, and redirections beside the words', () => {
    expect(splitLine(`g_all 'fw ctl; x' > /tmp/a 2>&1`)).toEqual([
      {
        joiner: 'first',
        words: ['g_all', 'fw ctl; x'],
        text: `g_all 'fw ctl; x' > /tmp/a 2>&1`,
        redirections: ['> /tmp/a', '2>&1'],
        line: 1,
      },
    ]);
    expect(splitLine('sort <in >out')[0]!.redirections).toEqual(['< in', '> out']);
  });

  it('leaves placeholders alone', () => {
    expect(short('ssh sgm<Member ID>; echo ${A} $B {{ c }} > <file_name>')).toEqual([
      ['first', 'ssh', 'sgm<Member ID>'],
      ['then', 'echo', '${A}', '$B', '{{ c }}'],
    ]);
  });

  it('goes on in the next line after a backslash or a sign, and counts lines', () => {
    const commands = splitLine('asg \\\n  stat &&\nfw ver\n\nasg perf', { file: 'r.md', line: 7 });
    expect(commands.map(({ joiner, words, line }) => [joiner, words.join(' '), line])).toEqual([
      ['first', 'asg stat', 7],
      ['and', 'fw ver', 9],
      ['then', 'asg perf', 11],
    ]);
  });

  it.each([
    ['for i in 1 2; do asg stat; done', 'a loop (for)'],
    ['asg stat\nwhile true', 'a loop (while)', 4],
    ['if [ -f x ]; then y; fi', 'a condition (if)'],
    ['(asg stat)', 'a subshell ( )'],
    ['{ asg stat; }', 'a group { }'],
    ['echo $(date)', 'a command within a command'],
    ['echo "`date`"', 'a command within a command'],
    ['asg stat &', 'a command in the background (&)'],
    ['echo $?', 'the variable $?'],
    ['echo ${A:-b}', 'an expansion ${…}'],
    ['echo "a', 'a quote is opened'],
    ['asg stat &&', 'no command follows &&'],
    ['| grep x', 'no command stands before |'],
    ['asg stat >', '> leads to no file'],
  ] as [string, string, number?][])('says what it does not do: %j', (text, what, line = 3) => {
    const read = () => splitLine(text, { file: 'r.md', line: 3 });
    expect(read).toThrow(LabError);
    expect(read).toThrow(`r.md:${line}: ${what}`);
  });

  it('takes none of it for done where it is quoted', () => {
    expect(short(`echo '$(date)' "\\$(x)" \\(y\\) 'for' a#b`)).toEqual([
      ['first', 'echo', '$(date)', '$(x)', '(y)', 'for', 'a#b'],
    ]);
    expect(short("'for' x")).toEqual([['first', 'for', 'x']]);
  });

  it('reads back whatever was quoted', () => {
    const single = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
    const double = (word: string): string => `"${word.replaceAll(/[\\"$`]/g, String.raw`\$&`)}"`;
    const each = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom(single, double));
    const joiner = fc.constantFrom(' ; ', ' && ', ' || ', ' | ', '\n');
    const names = { ' ; ': 'then', ' && ': 'and', ' || ': 'or', ' | ': 'pipe', '\n': 'then' } as const;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(joiner, fc.array(each, { minLength: 1, maxLength: 4 })), { minLength: 1 }),
        (line) => {
          const text = line
            .map(([sign, words], i) => (i === 0 ? '' : sign) + words.map(([w, q]) => q(w)).join(' '))
            .join('');
          expect(short(text)).toEqual(
            line.map(([sign, words], i) => [i === 0 ? 'first' : names[sign], ...words.map(([w]) => w)]),
          );
        },
      ),
    );
  });

  it('reads or refuses whatever is typed', () => {
    const piece = fc.constantFrom(
      'asg',
      ' ',
      '"',
      "'",
      '\\',
      '$',
      '<',
      '>',
      '|',
      '&',
      ';',
      '#',
      '\n',
      '(',
      '{{',
      'x',
      '2',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          splitLine(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
        }
      }),
    );
  });
});
