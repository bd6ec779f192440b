import { z } from 'zod';
import { candidatesFor } from '../registry/candidates.js';
import { SHELLS, shellScript, type Shell } from '../registry/shell-scripts.js';
import { verb } from '../registry/verb.js';

const output = z.strictObject({ shell: z.string(), script: z.string() });
type Out = z.output<typeof output>;

export default verb({
  path: 'completion',
  summary: 'completion of verbs, options, fabrics, processes and runs for your shell',
  about:
    'The script asks `rehearse` itself what could come next, so it knows the verbs of this version, the fabrics that ' +
    'run now, and what is in them.',
  examples: [
    { command: 'rehearse completion bash', does: 'for bash; take it over with: source <(rehearse completion bash)' },
    { command: 'rehearse completion zsh', does: 'for zsh; the same line in ~/.zshrc' },
    { command: 'rehearse completion fish', does: 'for fish: rehearse completion fish | source' },
  ],
  positionals: ['shell', 'words'],
  input: z.strictObject({
    shell: z.enum([...SHELLS, 'words']).describe('which shell; `words`: what could stand for the last of WORDS'),
    words: z.array(z.string()).default([]).describe('words of a command line, behind --'),
  }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle({ shell, words }, { runsFolder }): Promise<Out> {
    if (shell === 'words') {
      const candidates = await candidatesFor(words, runsFolder);
      return { shell, script: candidates.map((c) => `${c}\n`).join('') };
    }
    return { shell, script: shellScript(shell as Shell) };
  },
  render: (out: Out) => out.script,
});
