import { z } from 'zod';
import { applianceId, packageFields, serialNumber, software, softwareConfig } from './inputs.js';

/** Version of the commit, so that the folded state knows its own after any commit. */
const version = z.int().min(1);
const whole = z.int().min(0);
const reason = z.string();

export const configured = z.strictObject({ type: z.literal('Configured'), version, config: softwareConfig });
export const configureIgnored = z.strictObject({ type: z.literal('ConfigureIgnored'), version, reason });
export const configureRefused = z.strictObject({ type: z.literal('ConfigureRefused'), version, reason });

export const packageImported = z.strictObject({
  type: z.literal('PackageImported'),
  version,
  package: z.int().min(1),
  ...packageFields,
});
export const packageVerified = z.strictObject({
  type: z.literal('PackageVerified'),
  version,
  package: z.int().min(1),
  appliance: applianceId,
});
/** A command that leads to nothing at this appliance, or ('') at all. */
export const softwareRefused = z.strictObject({
  type: z.literal('SoftwareRefused'),
  version,
  command: z.string(),
  appliance: z.union([applianceId, z.literal('')]),
  reason,
});
export const softwareIgnored = z.strictObject({
  type: z.literal('SoftwareIgnored'),
  version,
  command: z.string(),
  appliance: z.union([applianceId, z.literal('')]),
  reason,
});

export const workKind = z.enum(['install', 'upgrade', 'uninstall', 'revert', 'clone']);

/** The appliance changes what it will boot; it goes on with what it runs until it is done, and then reboots. */
export const workBegun = z.strictObject({
  type: z.literal('WorkBegun'),
  version,
  appliance: applianceId,
  kind: workKind,
  /** Number of the package; 0 where none is needed. */
  package: whole,
  to: software,
  /** Whose image is taken; '' but for a clone. */
  smo: z.union([applianceId, z.literal('')]),
});
export const workFinished = z.strictObject({
  type: z.literal('WorkFinished'),
  version,
  appliance: applianceId,
  kind: workKind,
  to: software,
});
export const workFailed = z.strictObject({
  type: z.literal('WorkFailed'),
  version,
  appliance: applianceId,
  kind: workKind,
  reason,
});

/** What the appliance runs from now on. */
export const applianceBooted = z.strictObject({
  type: z.literal('ApplianceBooted'),
  version,
  appliance: applianceId,
  incarnation: z.int().min(1),
  software,
});

export const mvcSet = z.strictObject({
  type: z.literal('MvcSet'),
  version,
  appliance: applianceId,
  state: z.enum(['on', 'off']),
});

/** `held`: these do not serve, because an upgrade of the group is under way and it is the others' turn. */
export const upgradeDirected = z.strictObject({
  type: z.literal('UpgradeDirected'),
  version,
  direction: z.enum(['switch', 'continue', 'revert', 'end']),
  held: z.array(applianceId),
});

export const snapshotTaken = z.strictObject({
  type: z.literal('SnapshotTaken'),
  version,
  appliance: applianceId,
  name: z.string(),
  of: z.enum(['configuration', 'image']),
  software,
});

export const installerBroken = z.strictObject({
  type: z.literal('InstallerBroken'),
  version,
  appliance: applianceId,
  reason,
});

/** Serial numbers of appliances, from the first command on that asks for them. */
export const serialsNoted = z.strictObject({
  type: z.literal('SerialsNoted'),
  version,
  serials: z.array(z.strictObject({ appliance: applianceId, serial: serialNumber })),
});

/** What stands in this place from now on is another appliance; nothing of the one before is on it. */
export const applianceReplaced = z.strictObject({
  type: z.literal('ApplianceReplaced'),
  version,
  appliance: applianceId,
  /** Serial number of the one before. */
  was: serialNumber,
  serial: serialNumber,
  software,
});

/** Whether a spare is one of the group's members. */
export const applianceAssigned = z.strictObject({
  type: z.literal('ApplianceAssigned'),
  version,
  appliance: applianceId,
  assigned: z.boolean(),
});

export const softwareEvent = z.discriminatedUnion('type', [
  configured,
  configureIgnored,
  configureRefused,
  packageImported,
  packageVerified,
  softwareRefused,
  softwareIgnored,
  workBegun,
  workFinished,
  workFailed,
  applianceBooted,
  mvcSet,
  upgradeDirected,
  snapshotTaken,
  installerBroken,
  serialsNoted,
  applianceReplaced,
  applianceAssigned,
]);

export type WorkKind = z.infer<typeof workKind>;
export type SoftwareEvent = z.infer<typeof softwareEvent>;
