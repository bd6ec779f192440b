import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { FabricPlan } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { captureFiles, checkCaptureNames } from './capture-files.js';
import { FileError } from './problems.js';
import { planOf, type PlanOptions } from './plan-of.js';
import { readFabric } from './read-fabric.js';
import { readYaml } from './read-yaml.js';

const SUFFIX = '.fabric.yaml';

/** The one `*.fabric.yaml` of a folder. @throws LabError where there is none, or a choice to make. */
export function findFabricFile(folder: string): string {
  const found = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort();
  if (found.length === 1) return join(folder, found[0]!);
  throw new LabError(
    'bad-input',
    found.length === 0
      ? `There is no *${SUFFIX} in ${folder}.`
      : `There are ${found.length} fabric files in ${folder}.`,
    found.length === 0 ? 'Name one, or copy one from examples/fabrics.' : `Name one of: ${found.join(', ')}.`,
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a file that is there.');
  }
}

/**
 * Reads a fabric file and the rulebase it names, and plans it.
 * @throws FileError or LabError (bad input), SettingsError for `overrides`.
 */
export function loadFabric(path: string, options: LoadOptions = {}): FabricPlan {
  return openFabric(path)(options);
}

export type LoadOptions = Pick<PlanOptions, 'overrides' | 'profile'>;

/**
 * Reads a fabric file and the rulebase it names once, to be planned any number of times.
 * @throws FileError or LabError (bad input); planning throws SettingsError for `overrides` too.
 */
export function openFabric(path: string): (options: LoadOptions) => FabricPlan {
  const shown = relative(process.cwd(), resolve(path)) || path;
  const read = readFabric(readText(path), shown);
  const locate = (other: string): string => resolve(dirname(path), other);
  const group = read.fabric.securityGroups[read.securityGroup]!;
  const policyFile = group.policy === undefined ? undefined : locate(group.policy);
  let policy: unknown = null;
  if (policyFile !== undefined) {
    let text: string;
    try {
      text = readFileSync(policyFile, 'utf8');
    } catch {
      throw new FileError([
        read.problem(
          ['securityGroups', read.securityGroup, 'policy'],
          `The rulebase ${group.policy} cannot be read.`,
          `Put it at ${policyFile}, or change the path, which is seen from this file.`,
        ),
      ]);
    }
    policy = readYaml(text, relative(process.cwd(), policyFile)).value;
  }
  return (options) => {
    const plan = planOf(read, { ...options, policy, locate });
    const captures = plan.traffic.captures.flatMap(captureFiles);
    checkCaptureNames(captures);
    return { ...plan, traffic: { ...plan.traffic, captures } };
  };
}
