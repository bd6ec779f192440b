import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { FileError, loadFabric, problemText, readYaml } from '@rehearsal/fabric';
import { SettingsError } from '@rehearsal/kernel/settings-error';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { z } from 'zod';
import { commandChecker } from '../registry/carry-out.js';
import { EXIT, verb, type VerbContext } from '../registry/verb.js';

const fileReport = z.strictObject({
  file: z.string(),
  kind: z.enum(['fabric', 'experiment', 'policy', 'unknown']),
  ok: z.boolean(),
  /** `file:line:col: what is wrong. What to do.` */
  problems: z.array(z.string()),
});
const output = z.strictObject({ ok: z.boolean(), files: z.array(fileReport) });
type Out = z.output<typeof output>;
type Kind = z.output<typeof fileReport>['kind'];

export default verb({
  path: 'validate',
  summary: 'check fabric, experiment and rulebase files',
  about: 'Says of everything wrong where it stands and what to do about it. Nothing is started.',
  examples: [
    { command: 'rehearse validate examples/fabrics/single-site.fabric.yaml', does: 'check a fabric file' },
    { command: 'rehearse validate examples/experiments/*.yaml', does: 'check all examples of experiments' },
  ],
  positionals: ['files'],
  input: z.strictObject({ files: z.array(z.string()).min(1).describe('files to check') }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle(given, context): Promise<Out> {
    if (given.files.length === 0) throw new LabError('bad-input', 'There is no file to check.', 'Name one.');
    const files = [];
    for (const path of given.files) files.push(await report(path, context));
    return { ok: files.every((f) => f.ok), files };
  },
  render: (out: Out) =>
    out.files
      .map((f) => (f.ok ? `${f.file}: a good ${f.kind} file\n` : f.problems.map((p) => `${p}\n`).join('')))
      .join(''),
  exitCode: (out: Out) => (out.ok ? EXIT.ok : EXIT.badInput),
});

async function report(path: string, context: VerbContext): Promise<z.output<typeof fileReport>> {
  const file = relative(process.cwd(), resolve(path)) || path;
  let kind: Kind = 'unknown';
  try {
    kind = kindOf(path);
    if (kind === 'fabric') loadFabric(path, overridesOf(context));
    else if (kind === 'experiment') {
      // Takes long to load, and is of no use to the other files.
      const { loadExperiment } = await import('@rehearsal/experiment');
      const experiment = loadExperiment(path, await commandChecker());
      const { fabric } = experiment.block;
      if (fabric !== undefined) loadFabric(experiment.locate(fabric), overridesOf(context));
    } else if (kind === 'policy') {
      const problems = await context.services.checkPolicy(readYaml(readFileSync(path, 'utf8'), file).value);
      if (problems.length > 0) return { file, kind, ok: false, problems: problems.map((p) => `${file}: ${p}`) };
    } else throw new LabError('bad-input', `${file}: this is neither a fabric, an experiment nor a rulebase.`, UNKNOWN);
    return { file, kind, ok: true, problems: [] };
  } catch (error) {
    if (error instanceof FileError) return { file, kind, ok: false, problems: error.problems.map(problemText) };
    if (error instanceof LabError || error instanceof SettingsError) {
      return { file, kind, ok: false, problems: [error.message] };
    }
    throw error;
  }
}

const UNKNOWN = "They have the keys 'fabric', 'method' and 'rules'.";

function overridesOf(context: VerbContext): { overrides: Record<string, string>; profile?: 'vendor' | 'lossless' } {
  const { profile, settings } = context.set;
  return { overrides: { ...settings }, ...(profile === undefined ? {} : { profile }) };
}

function kindOf(path: string): Kind {
  if (path.endsWith('.fabric.yaml')) return 'fabric';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a file that is there.');
  }
  const top = readYaml(text, path).value;
  if (typeof top !== 'object' || top === null) return 'unknown';
  if ('method' in top || 'steady-state-hypothesis' in top || 'title' in top) return 'experiment';
  if ('rules' in top) return 'policy';
  return 'fabric' in top || 'securityGroups' in top ? 'fabric' : 'unknown';
}
