import { readFileSync } from 'node:fs';
import { captureFiles, checkCaptureNames, checkYaml, readYaml, trafficSchema } from '@rehearsal/fabric';
import type { FabricPlan } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';

/**
 * A fabric with other traffic: a YAML file has a traffic block like that of a fabric file, anything else is a capture, or a
 * folder of them.
 * @throws LabError or FileError (bad input)
 */
export function withTraffic(plan: FabricPlan, path: string | undefined): FabricPlan {
  if (path === undefined) return plan;
  if (/\.ya?ml$/i.test(path)) return { ...plan, traffic: readTraffic(path) };
  const captures = captureFiles(path);
  checkCaptureNames(captures);
  return { ...plan, traffic: { ...plan.traffic, connections: 0, captures } };
}

const asFile = z.strictObject({ traffic: trafficSchema });

function readTraffic(path: string): FabricPlan['traffic'] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError(
      'bad-input',
      `Cannot read ${path}: ${reasonOf(error)}.`,
      'Name a file of traffic that is there.',
    );
  }
  const yaml = readYaml(text, path);
  const isWhole = typeof yaml.value === 'object' && yaml.value !== null && 'traffic' in yaml.value;
  const noHint = (): undefined => undefined;
  const { captures, ...traffic } = isWhole
    ? checkYaml(yaml, asFile, () => z.toJSONSchema(asFile, { io: 'input' }), noHint).traffic
    : checkYaml(yaml, trafficSchema, () => z.toJSONSchema(trafficSchema, { io: 'input' }), noHint);
  const files = captures.map((file) => resolve(dirname(path), file)).flatMap(captureFiles);
  checkCaptureNames(files);
  return { ...traffic, captures: files };
}
