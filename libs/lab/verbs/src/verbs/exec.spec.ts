import { describe, expect, it } from '@jest/globals';
import execVerb from './exec.js';

/** A lab whose SMO is 1_02, and somebody who answers yes, with a name and no reason. */
function somebody(status = 0): {
  readonly asked: string[];
  readonly typed: string[][];
  prepare(words: readonly string[]): Promise<readonly string[]>;
} {
  const [asked, typed]: [string[], string[][]] = [[], []];
  const answers = ['y', 'Lab', ''];
  return {
    asked,
    typed,
    prepare: (words) =>
      execVerb.prepare!(
        words,
        async (question) => answers[asked.push(question) - 1],
        async (argv) => {
          typed.push([...argv]);
          return { stdout: '{"at":"member 1_02"}', stderr: 'rehearse: nobody is up.', status };
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
    expect(asked[0]).toMatch(/^You are about to perform sgm_admin down on blades: 1_02\n/);
    expect(typed).toEqual([['exec', '--name', 'z', '--json', '--', 'ntpq', '-p']]);
  });

  it('asks nothing of the lab where the members are named', async () => {
    const named = somebody();
    await named.prepare(['1_03', '--', 'clusterXL_admin', 'down']);
    expect(named.asked[0]).toMatch(/on blades: 1_03\n/);
    const listed = somebody();
    await listed.prepare(['--', 'g_clusterXL_admin', '-b', '1_04', 'up']);
    expect(listed.asked[0]).toMatch(/sgm_admin up on blades: 1_04\n/);
    expect([named.typed, listed.typed]).toEqual([[], []]);
  });

  it.each([0, 1, 2])('does nothing where its input ends after %i answers', async (given) => {
    const ask = async (): Promise<string | undefined> => (given-- > 0 ? 'y' : undefined);
    const nobody = async (): Promise<never> => Promise.reject(new Error('asked the lab'));
    const prepared = execVerb.prepare!(['1_03', '--', 'clusterXL_admin', 'down'], ask, nobody);
    await expect(prepared).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(/nothing was done/),
    });
  });

  it('does not ask where no member answers', async () => {
    const { asked, prepare } = somebody(3);
    await expect(prepare(['--', 'clusterXL_admin', 'down'])).rejects.toMatchObject({ kind: 'environment' });
    expect(asked).toEqual([]);
  });
});
