import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowBook } from '@rehearsal/flows';
import { appliancesOf, type FabricPlan } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';

/**
 * What members reported of connections in a run; undefined where nothing was kept: the run is of an older version.
 * @throws LabError (bad input) where the file is damaged
 */
export function readFlows(folder: string): FlowBook | undefined {
  const path = join(folder, 'flows.bin');
  if (!existsSync(path)) return undefined;
  try {
    return new FlowBook(readFileSync(path));
  } catch (error) {
    throw new LabError('bad-input', `${path} is damaged: ${reasonOf(error)}.`, 'Take it from where the run is kept.');
  }
}

/** Names a member of the group by its number. */
export function memberNames({ securityGroup }: Pick<FabricPlan, 'securityGroup'>): (member: number) => string {
  const members = appliancesOf(securityGroup);
  return (member) => members[member - 1]?.id ?? `member ${member}`;
}
