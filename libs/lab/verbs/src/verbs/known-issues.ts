import { counted } from '@rehearsal/lab-port/plain-words';
import { fixedBy, issuesOf, searchIssues, sentence, softwareText, type KnownIssue } from '@rehearsal/software';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { textTable } from './table.js';

const SOFTWARE = /^(R\d{2}(?:\.\d{1,2})*)(?::(\d{1,4}))?$/;
const software = z
  .string()
  .regex(SOFTWARE, 'expected a release, or a release and a take, as in R81.10:78')
  .transform((text) => {
    const [, release = '', take = '0'] = SOFTWARE.exec(text) ?? [];
    return { release, take: Number(take) };
  });

const issue = z.strictObject({
  id: z.string(),
  idBy: z.enum(['vendor', 'rehearsal']),
  release: z.string(),
  fixedInTake: z.int(),
  trigger: z.string(),
  effect: z.string(),
  certainty: z.string(),
  fixCertainty: z.string(),
  fidelity: z.string(),
  sentence: z.string(),
});
const output = z.strictObject({ about: z.string(), issues: z.array(issue) });
type Out = z.output<typeof output>;

export default verb({
  path: 'known-issues',
  summary: 'what is publicly known to be wrong with a take, and which take mends it',
  about:
    'Issues are known of one release, and are open in every take of it before the one that mends them. In a fabric that ' +
    'names packages they act: who runs such a take panics, leaks or drops, and says so with the id. ' +
    'See [upgrades](../upgrades.md).',
  examples: [
    { command: 'rehearse known-issues', does: 'all' },
    { command: 'rehearse known-issues panic', does: 'those with that word in their id or description' },
    { command: 'rehearse known-issues --at R81.10:78', does: 'those that are open in take 78 of R81.10' },
    {
      command: 'rehearse known-issues --at R81.10:78 --to R81.20:118',
      does: 'those that an upgrade from the one to the other mends',
    },
  ],
  positionals: ['text'],
  input: z
    .strictObject({
      text: z.string().optional().describe('words that it has: an id, panic, vpn, memory …'),
      at: software.optional().describe('those open in this release and take, as in R81.10:78'),
      to: software.optional().describe('with --at: those that are mended by going from there to here'),
    })
    .superRefine(({ at, to }, context) => {
      if (to === undefined || at !== undefined) return;
      context.addIssue({ code: 'custom', path: ['to'], message: '--to needs --at: from where' });
    }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle({ text = '', at, to }): Promise<Out> {
    const open = at === undefined ? undefined : to === undefined ? issuesOf(at) : fixedBy(at, to);
    const issues = searchIssues(text, open);
    return { about: aboutOf(issues.length, at, to), issues: issues.map(shown) };
  },
  render: ({ about, issues }: Out) => {
    const rows = issues.map((i) => [i.id, i.trigger, i.effect, i.certainty, i.fidelity, i.sentence]);
    const table = textTable(['issue', 'by', 'effect', 'certainty', 'id', 'what it is'], rows);
    return issues.length === 0 ? `${about}\n` : `${about}\n${table}`;
  },
});

type Software = z.output<typeof software>;

function aboutOf(count: number, at: Software | undefined, to: Software | undefined): string {
  const known = counted(count, 'known issue');
  if (at === undefined) return known;
  if (to === undefined) return `${known} of ${softwareText(at)}`;
  return `${known} of ${softwareText(at)} that ${softwareText(to)} does not have`;
}

function shown(known: KnownIssue): Out['issues'][number] {
  const { what: _inTheSentence, ...rest } = known;
  return { ...rest, sentence: sentence(known) };
}
