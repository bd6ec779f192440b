import { join, resolve } from 'node:path';
import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { assertNameFree, checkLabName, labsFolder } from '../live/lab-directory.js';
import { verb } from '../registry/verb.js';
import { captureFields, captureLimits, captureWords } from './capture-fields.js';
import { commandOf } from './repeat.js';
import { processRows, rowsOf, rowsText } from './status-text.js';

const output = z.strictObject({
  name: z.string(),
  run: z.string(),
  folder: z.string(),
  /** Of the process that has the fabric. */
  pid: z.int(),
  tookMs: z.int(),
  fabric: z.string(),
  profile: z.string(),
  ...processRows,
});
type Out = z.output<typeof output>;

export default verb({
  path: 'up',
  summary: 'bring a fabric up that stays up, with traffic',
  about:
    'Starts every process of the fabric and waits until all members serve and every slot has its backup. The fabric ' +
    'stays up when the terminal is closed, until `rehearse down`. Several can be up side by side, each under its own ' +
    'name. Its folder under runs holds the log and what each process says; `down` seals it.',
  examples: [
    { command: 'rehearse up', does: 'the fabric file of this folder, or else the example of a single site' },
    {
      command: 'rehearse up examples/fabrics/single-site.fabric.yaml --name second --set profile=lossless',
      does: 'another one beside it, in the other profile',
    },
    { command: 'rehearse up --quiet', does: 'without traffic; start it later with `rehearse traffic start`' },
    { command: 'rehearse up --archive', does: 'with an archive of every decision, in PostgreSQL' },
  ],
  positionals: ['fabric'],
  input: z.strictObject({
    fabric: z.string().optional().describe('fabric file; default: the *.fabric.yaml of this folder, or the example'),
    name: z.string().optional().describe("what to call it; default: the fabric's name, with a number where taken"),
    quiet: z.boolean().default(false).describe('lets no traffic flow'),
    links: z
      .boolean()
      .default(true)
      .describe('links between roles and the bus that can be cut and delayed; --links=false is faster'),
    archive: z
      .boolean()
      .default(false)
      .describe('archives the log: on the PostgreSQL server that DATABASE_URL names, else in the folder of the run'),
    ...captureFields,
  }),
  output,
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const { set, services } = context;
    const packetCapture = captureLimits(given);
    if (given.name !== undefined) checkLabName(given.name);
    const fabric = resolve(given.fabric ?? ownFabric() ?? exampleFabric(services.root));
    // What is wrong with the file is said before anything is started.
    const { profile, settings } = set;
    const plan = loadFabric(fabric, { overrides: { ...settings }, ...(profile === undefined ? {} : { profile }) });
    if (given.name !== undefined) await assertNameFree(labsFolder(), given.name);
    const runsFolder = resolve(context.runsFolder);
    const { name, quiet, links, archive } = given;
    const again = ['up', ...(given.fabric === undefined ? [] : [given.fabric]), ...(quiet ? ['--quiet'] : [])];
    const options = [
      ...(links ? [] : ['--links=false']),
      ...(archive ? ['--archive'] : []),
      ...captureWords(packetCapture),
    ];
    const command = commandOf([...again, ...options], set.words);
    const request = { fabric, name, links, archive, packetCapture, traffic: !quiet, runsFolder, set, command };
    const report = await services.up(request, context.say);
    const { status, ...rest } = report;
    return { ...rest, fabric: plan.fabric, profile: plan.profile, ...rowsOf(status) };
  },
  render(out: Out) {
    const option = out.name === out.fabric ? '' : ` --name ${out.name}`;
    return [
      `fabric ${out.name} (${out.profile}) is up after ${(out.tookMs / 1000).toFixed(1)} s, process ${out.pid}\n\n`,
      rowsText(out),
      `\nlook: rehearse status${option}   break: rehearse fault panic ${out.members[0]?.id ?? ''}${option}   end: rehearse down${option}\n`,
    ].join('');
  },
});

/** The one fabric file of this folder; undefined where there is none. @throws LabError where there are several */
function ownFabric(): string | undefined {
  try {
    return findFabricFile(process.cwd());
  } catch (error) {
    if (error instanceof LabError && error.message.startsWith('There is no ')) return undefined;
    throw error;
  }
}

function exampleFabric(root: string): string {
  return join(root, 'examples', 'fabrics', 'single-site.fabric.yaml');
}
