import { resolveSettings, SETTING_NAMES, SETTINGS } from '@rehearsal/kernel/settings';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf } from './lab-fields.js';
import { textTable } from './table.js';

const value = z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]);
const row = z.strictObject({
  name: z.string(),
  value,
  vendor: value,
  lossless: value,
  unit: z.string(),
  certainty: z.string(),
  fidelity: z.string(),
  about: z.string(),
});
const output = z.strictObject({ profile: z.string(), settings: z.array(row) });
type Out = z.output<typeof output>;

export default verb({
  path: 'settings',
  summary: 'every setting, its value in both profiles, and how sure it is',
  about:
    'Profile vendor does what is publicly known of the vendor; lossless does what this design can. A value is ' +
    'documented, recalled, inferred, or ours: docs/fidelity.md says more by the id.',
  examples: [
    { command: 'rehearse settings', does: 'the list' },
    {
      command: 'rehearse settings --set profile=lossless --set lease.ms=200 --json',
      does: 'values as a run would get them',
    },
    { command: 'rehearse settings --name branch', does: 'the values fabric branch has, which is up' },
  ],
  positionals: [],
  input: z.strictObject({
    name: z.string().optional().describe('the values of this running fabric'),
  }),
  output,
  needs: 'nothing',
  asksLab: ({ name }) => name !== undefined,
  effect: 'read',
  async handle(_given, context): Promise<Out> {
    const plan = context.lab === undefined ? undefined : labOf(context).lab.plan;
    const profile = plan?.profile ?? context.set.profile ?? 'vendor';
    const resolved = plan?.settings ?? resolveSettings(profile, context.set.settings);
    const plain = (v: unknown): z.output<typeof value> => (Array.isArray(v) ? [...(v as string[])] : (v as string));
    return {
      profile,
      settings: SETTING_NAMES.map((name) => {
        const { vendor, lossless, unit, certainty, fidelity, about } = SETTINGS[name];
        const all = { value: plain(resolved[name]), vendor: plain(vendor), lossless: plain(lossless) };
        return { name, ...all, unit, certainty, fidelity, about };
      }),
    };
  },
  render: (out: Out) =>
    textTable(
      ['setting', 'value', 'vendor', 'lossless', 'unit', 'certainty', 'id', 'what it does'],
      out.settings.map((s) => [
        s.name,
        text(s.value),
        text(s.vendor),
        text(s.lossless),
        s.unit,
        s.certainty,
        s.fidelity,
        s.about,
      ]),
    ),
});

function text(v: z.output<typeof value>): string {
  return Array.isArray(v) ? v.join(',') || 'none' : String(v);
}
