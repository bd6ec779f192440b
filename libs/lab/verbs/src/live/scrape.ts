import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One address to scrape, in what Prometheus calls file-based service discovery. */
export interface ScrapeTarget {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Where running labs list what can be scraped of them, beside where they are written down. */
export function scrapeFolder(labs: string): string {
  return join(labs, '..', 'prometheus');
}

/** Lists what can be scraped of a lab now: its own page, and one for each process. Whole or not at all. */
export function writeTargets(
  labs: string,
  lab: string,
  metricsPort: number,
  processes: readonly { readonly role: string; readonly id: string; readonly port: number }[],
): void {
  const folder = scrapeFolder(labs);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Role and id stand in every sample that concerns one process.
  const targets = [metricsPort, ...processes.map((p) => p.port)].map((port) => `127.0.0.1:${port}`);
  const list: ScrapeTarget[] = [{ targets, labels: { lab } }];
  const draft = join(folder, `${lab}.${process.pid}.draft`);
  writeFileSync(draft, `${JSON.stringify(list, null, 2)}\n`);
  renameSync(draft, join(folder, `${lab}.json`));
}

export function removeTargets(labs: string, lab: string): void {
  rmSync(join(scrapeFolder(labs), `${lab}.json`), { force: true });
}

/** A scrape configuration for every lab of this user, those that are yet to come among them. */
export function scrapeConfig(labs: string): ScrapeConfig {
  const files = [join(scrapeFolder(labs), '*.json')];
  const discovery = { files, refresh_interval: '5s' };
  return {
    scrape_configs: [
      { job_name: 'rehearsal', scrape_interval: '5s', scrape_timeout: '4s', file_sd_configs: [discovery] },
    ],
  };
}

export interface ScrapeConfig {
  scrape_configs: {
    job_name: string;
    scrape_interval: string;
    scrape_timeout: string;
    file_sd_configs: { files: string[]; refresh_interval: string }[];
  }[];
}
