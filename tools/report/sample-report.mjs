// A run in the simulator that has something to show, and its report: for the browser's test and for the picture.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'apps/cli/dist/main.js');

/**
 * Conducts the experiment of a panic in `folder`.
 * @param {string} folder
 * @param {string} [title] instead of the experiment's
 * @returns {Promise<{ report: string, folder: string }>} the page's path, and the run's folder
 */
export async function sampleReport(folder, title) {
  const experiments = join(root, 'examples/experiments');
  const written = readFileSync(join(experiments, 'kernel-panic.yaml'), 'utf8');
  const path = join(folder, 'panic.yaml');
  const own = title === undefined ? written : written.replace(/^title: .*$/m, () => `title: ${JSON.stringify(title)}`);
  writeFileSync(path, own.replaceAll('../fabrics/', `${join(root, 'examples/fabrics')}/`));
  return rehearse(['run', path, '--seed', '3', '--runs', folder, '--json']);
}

/** @param {readonly string[]} words @returns {Promise<any>} the document the command prints */
export function rehearse(words) {
  return new Promise((done, failed) => {
    execFile(process.execPath, [cli, ...words], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (stdout === '') failed(new Error(`${words.join(' ')}: ${error?.message ?? ''}\n${stderr}`));
      else done(JSON.parse(stdout));
    });
  });
}
