import { serialNumber } from '@rehearsal/kernel';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { SoftwareState } from '@rehearsal/software';
import type { UpgradeConductorConfig } from './config.js';

type Args = Readonly<Record<string, unknown>>;

/**
 * What an operator's words on a new appliance come to; what they leave out the fabric file or a setting says
 * (fidelity: F-FACTORY-IMAGE). Whether the old one is powered on only who stands before it can tell.
 */
export function replacementFrom(
  args: Args,
  fabric: string,
  { serials, software, settings }: UpgradeConductorConfig,
  group: SecurityGroupState,
  { version }: SoftwareState,
): { readonly type: 'replaceAppliance' } & Args {
  const { appliance, serial, release, take, lives, why } = args;
  return {
    type: 'replaceAppliance',
    appliance,
    serial: serial ?? serialNumber(fabric, String(appliance), version),
    software: { release: release ?? software.release, take: take ?? settings['factory.take'] },
    built: Object.entries(serials).map(([id, of]) => ({ appliance: id, serial: of })),
    serves: group.members.some((m) => m.id === appliance && m.status === 'active'),
    lives: lives === true,
    ...(why !== undefined && { why }),
  };
}
