import { describe, expect, it } from '@jest/globals';
import execVerb from './exec.js';

const ASKS = [
  { text: 'Are you sure? ', wants: 'y' },
  { text: 'Upgrade all? ', wants: 'n' },
  { text: 'Enter your full name: ', wants: 'fullName' },
  { text: 'Enter reason: ', wants: 'why' },
];

/** A lab whose SMO is 1_02, and somebody who answers as is wanted, with a name and no reason. */
function somebody(
  status = 0,
  answers = ['y', 'no', 'Lab', ''],
): {
  readonly asked: string[];
  readonly typed: string[][];
  prepare(words: readonly string[]): Promise<readonly string[]>;
} {
  const [asked, typed]: [string[], string[][]] = [[], []];
  return {
    asked,
    typed,
    prepare: (words) =>
      execVerb.prepare!(
        words,
        async (question) => answers[asked.push(question) - 1],
        async (argv) => {
          typed.push([...argv]);
          return {
            stdout: JSON.stringify({ at: 'member 1_02', asks: ASKS }),
            stderr: 'rehearse: there is none.',
            status,
          };
        },
      ),
  };
}

describe('what exec asks before it acts', () => {
  it('names the member it would act on where nobody named one, and goes to that one', async () => {
    const { asked, typed, prepare } = somebody();
    expect(await prepare(['--name', 'z', '--', 'clusterXL_admin', 'down'])).toEqual([
      '--name',
      'z',
      '1_02',
      '--asked',
      '--yes',
      '--full-name=Lab',
      '--reason=',
      '--',
      'clusterXL_admin',
      'down',
    ]);
    expect(asked).toEqual(ASKS.map((question) => question.text));
    expect(typed).toEqual([['exec', '--name', 'z', '--asked', '--json', '--', 'clusterXL_admin', 'down']]);
  });

  it('stays at the member that was named', async () => {
    expect((await somebody().prepare(['1_03', '--', 'clusterXL_admin', 'down'])).slice(0, 3)).toEqual([
      '1_03',
      '--asked',
      '--yes',
    ]);
  });

  it('does nothing where an answer further on is not the one to go on with', async () => {
    await expect(somebody(0, ['y', 'y']).prepare(['--', 'clusterXL_admin', 'down'])).rejects.toMatchObject({
      kind: 'deviated',
      message: "The answer was 'y'; nothing was done. Answer n to go on.",
    });
  });

  it.each([[['--', 'g_clusterXL_admin', '-b', '9_99', 'down']], [['--json', '--', 'clusterXL_admin', 'down']]])(
    'asks nothing where the lab refuses %j, and leaves it to the lab to say so',
    async (words) => {
      const { asked, prepare } = somebody(2);
      expect(await prepare(words)).toEqual([
        ...words.slice(0, words.indexOf('--')),
        '--asked',
        ...words.slice(words.indexOf('--')),
      ]);
      expect(asked).toEqual([]);
    },
  );

  it.each(['n', '', 'what'])('does nothing where the answer is %j, and does not call that done', async (answer) => {
    const { asked, typed, prepare } = somebody(0, [answer]);
    await expect(prepare(['1_02', '--', 'clusterXL_admin', 'down'])).rejects.toMatchObject({
      kind: 'deviated',
      message: `The answer was '${answer}'; nothing was done. Answer y to go on.`,
    });
    expect(asked).toHaveLength(1);
    expect(typed).toHaveLength(1);
  });

  it.each([0, 1, 2])('does nothing where its input ends after %i answers', async (given) => {
    const said = ['y', 'n'].slice(0, given);
    const ask = async (): Promise<string | undefined> => said.shift();
    const lab = async () => ({ stdout: JSON.stringify({ at: 'member 1_03', asks: ASKS }), stderr: '', status: 0 });
    const prepared = execVerb.prepare!(['1_03', '--', 'clusterXL_admin', 'down'], ask, lab);
    await expect(prepared).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(/nothing was done/),
    });
  });
});
