import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { Services } from '@rehearsal/verbs';

/** The workspace: apps/cli/dist/services.js is three folders down. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** What verbs need, each part loaded when it is first asked for. */
export function createServices(say: (line: string) => void): Services {
  const services: Services = {
    root,
    bench: async () => (await import('./workbench.js')).createWorkbench(services, say),
    verify: async (folder, withCurrent, held, isArchive) =>
      (await import('./verify-run.js')).verifyRunFolder(folder, withCurrent, held, isArchive),
    archived: async (folder) => (await import('./archived-run.js')).archivedRun(folder),
    publish: async (folder) => (await import('./publish-run.js')).publishRun(folder),
    seeds: async (request, on) => (await import('./seed-pool.js')).runSeeds(request, on),
    runs: async (request, on) => (await import('./seed-pool.js')).conductRuns(request, on),
    assess: async (request, on) => (await import('./seed-pool.js')).assessCases(request, on),
    times: async (request, on) => (await import('./seed-pool.js')).timeSeeds(request, on),
    explore: async (request, on) => (await import('./seed-pool.js')).exploreSeeds(request, on),
    dossier: async (request) => (await import('./dossier/tell-connection.js')).tellConnection(request),
    forkOriginal: async (request) => (await import('./whatif/fork-run.js')).originalOf(request),
    forks: async (request, on) => (await import('./seed-pool.js')).forkSeeds(request, on),
    capacity: async (request) => (await import('./measure-capacity.js')).measureCapacity(request),
    machines: async () => {
      const { MACHINES } = await import('./machines.js');
      return { machines: MACHINES, build: async () => (await import('./machine-code.js')).machineCode().build };
    },
    up: async (request, on) => (await import('./bring-up.js')).bringUpSupervised(request, on),
    benchmarks: ({ smoke }) => benchmarks(smoke),
    checkPolicy: async (rulebase) => (await import('./check-policy.js')).checkPolicy(rulebase),
  };
  return services;
}

async function benchmarks(smoke: boolean): Promise<unknown> {
  const { execFile } = await import('node:child_process');
  const args = [join(root, 'tools', 'bench', 'main.mjs'), '--json', ...(smoke ? ['--smoke'] : [])];
  return new Promise((done, failed) => {
    const child = execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (error, stdout) => {
      // Exit code 1 says that a reach was missed, which the document says, too.
      if (error === null || error.code === 1) done(JSON.parse(stdout));
      else
        failed(
          new LabError('environment', `The benchmarks ended with ${String(error.code)}.`, 'Their reason stands above.'),
        );
    });
    child.stderr?.pipe(process.stderr);
  });
}
