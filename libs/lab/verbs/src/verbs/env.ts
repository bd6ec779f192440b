import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { findLab, labsFolder } from '../live/lab-directory.js';
import { scrapeConfig } from '../live/scrape.js';
import { verb } from '../registry/verb.js';
import { nameField } from './lab-fields.js';

const exports = z.strictObject({
  PATH: z.string(),
  REHEARSE_LAB: z.string(),
  REHEARSE_RUN: z.string(),
  /** Where the bus listens, and the file with the key that lets one in. */
  REHEARSE_NATS_URL: z.string(),
  REHEARSE_NATS_KEY: z.string(),
  /** Where the metrics of the whole fabric are; absent for a fabric that ends with its run. */
  REHEARSE_METRICS_URL: z.string().optional(),
});
/** A configuration of Prometheus. */
const scraping = z.strictObject({
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      scrape_interval: z.string(),
      scrape_timeout: z.string(),
      file_sd_configs: z.array(z.strictObject({ files: z.array(z.string()), refresh_interval: z.string() })),
    }),
  ),
});
const output = z.union([exports, scraping]);
type Out = z.output<typeof output>;

export default verb({
  path: 'env',
  summary: 'what `chaos run` and scripts need to work with a running fabric, as export lines',
  about:
    'Puts `rehearse` on the PATH and names the fabric, so that every verb after it means that one. The key may read ' +
    'the log and the metrics of all, and command every role. With --prometheus it needs no fabric: what it prints has ' +
    'Prometheus scrape every fabric of yours that is up, now and later.',
  examples: [
    { command: 'rehearse env', does: 'show them; take them over with: eval "$(rehearse env)"' },
    { command: 'rehearse env --name second', does: 'those of one of several' },
    {
      command: 'rehearse env --prometheus',
      does: 'a configuration of Prometheus that has all fabrics scraped',
    },
  ],
  positionals: [],
  input: z.strictObject({
    name: nameField,
    prometheus: z
      .boolean()
      .default(false)
      .describe('a configuration of Prometheus for all fabrics, in place of export lines'),
  }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle({ name, prometheus }, context): Promise<Out> {
    if (prometheus) return scrapeConfig(labsFolder());
    const { root } = context.services;
    const lab = await findLab(labsFolder(), name);
    const path = process.env['PATH'] ?? '';
    const has = path.split(delimiter).includes(root);
    const { natsUrl, seedFile } = accessOf(lab.folder);
    return {
      PATH: has ? path : `${root}${delimiter}${path}`,
      REHEARSE_LAB: lab.name,
      REHEARSE_RUN: lab.folder,
      REHEARSE_NATS_URL: natsUrl,
      REHEARSE_NATS_KEY: seedFile,
      ...(lab.metricsPort !== undefined && { REHEARSE_METRICS_URL: `http://127.0.0.1:${lab.metricsPort}/metrics` }),
    };
  },
  render: (out: Out) =>
    'scrape_configs' in out
      ? yamlOf(out)
      : Object.entries(out)
          .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
          .join(''),
});

/** Where the bus of a lab is reached. @throws LabError (environment) while it has none yet */
function accessOf(folder: string): { readonly natsUrl: string; readonly seedFile: string } {
  try {
    return JSON.parse(readFileSync(join(folder, 'live', 'access.json'), 'utf8')) as ReturnType<typeof accessOf>;
  } catch {
    throw new LabError('environment', 'The bus of this fabric does not run yet.', 'Wait until the fabric is up.');
  }
}

/** As Prometheus reads it. A string in JSON's quotes is one in YAML, too. */
function yamlOf({ scrape_configs }: z.output<typeof scraping>): string {
  const jobs = scrape_configs.flatMap(({ job_name, scrape_interval, scrape_timeout, file_sd_configs }) => [
    `  - job_name: ${job_name}`,
    `    scrape_interval: ${scrape_interval}`,
    `    scrape_timeout: ${scrape_timeout}`,
    '    file_sd_configs:',
    ...file_sd_configs.flatMap(({ files, refresh_interval }) => [
      `      - files: ${JSON.stringify(files)}`,
      `        refresh_interval: ${refresh_interval}`,
    ]),
  ]);
  return ['scrape_configs:', ...jobs].map((line) => `${line}\n`).join('');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
