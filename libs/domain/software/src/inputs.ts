import { z } from 'zod';

const whole = z.int().min(0);
const command = { id: z.string().min(1), at: whole, from: z.enum(['command', 'intent']) };
const observation = { id: z.string().min(1), at: whole, from: z.literal('observation') };

/** `1_03` for a member, `1_1` for an orchestrator, `management`. */
export const applianceId = z.string().min(1).max(32);

/** A release and the take of its jumbo hotfix; 0: none. */
export const software = z.strictObject({ release: z.string().min(1), take: whole });

export const applianceRole = z.enum(['member', 'orchestrator', 'management']);

export const packageKind = z.enum(['jumbo', 'hotfix', 'upgrade']);

/** What is written on the appliance, and by what it is ordered, licensed and known to the orchestrators. */
export const serialNumber = z.string().regex(/^[A-Z0-9-]{1,32}$/, 'expected capital letters, digits and "-"');

/** A package as its name says it; see the catalogue for what `take` means by kind. */
export const packageFields = {
  file: z.string().min(1).max(200),
  kind: packageKind,
  release: z.string().min(1),
  take: whole,
  jumboTake: whole.optional(),
};

/** What an operator gave as the reason, for who reads the log. */
const why = z.string().min(1).max(200).optional();
const appliances = z.array(applianceId).min(1);

/** Version 1 of the stream: who has which software when the fabric comes up. */
export const softwareConfig = z.strictObject({
  appliances: z
    .array(
      z.strictObject({
        id: applianceId,
        role: applianceRole,
        software,
        /** In no group until it is assigned to one. */
        spare: z.literal(true).optional(),
      }),
    )
    .min(1)
    .refine((all) => new Set(all.map((a) => a.id)).size === all.length, 'an appliance is named twice'),
  /** What the image of another member takes on disk, and what there is for it. fidelity: F-CLONE-ROOM */
  cloneNeedsMb: whole,
  cloneRoomMb: whole,
  /** A member of a new release waits for the word that it is its turn (fidelity: F-MVC-READY). */
  holdsUpgraded: z.boolean(),
});

export const configure = z.strictObject({
  ...command,
  type: z.literal('configure'),
  config: softwareConfig,
});

/** A package becomes one of those that can be verified and installed. */
export const importPackage = z.strictObject({
  ...command,
  type: z.literal('importPackage'),
  ...packageFields,
});

export const verifyPackage = z.strictObject({
  ...command,
  type: z.literal('verifyPackage'),
  /** As `installer` numbers packages, from 1. */
  package: z.int().min(1),
  appliances,
});

/** `install` is for jumbos and hotfixes, `upgrade` for releases; each appliance reboots when it is done. */
export const installPackage = z.strictObject({
  ...command,
  type: z.literal('installPackage'),
  package: z.int().min(1),
  as: z.enum(['install', 'upgrade']),
  appliances,
  why,
});

/** The jumbo that was installed last goes; what was there before it comes back. */
export const uninstallPackage = z.strictObject({
  ...command,
  type: z.literal('uninstallPackage'),
  package: z.int().min(1),
  appliances,
  why,
});

/** Whether members may serve beside others of an older release (fidelity: F-MVC-READY). */
export const setMvc = z.strictObject({
  ...command,
  type: z.literal('setMvc'),
  appliances,
  state: z.enum(['on', 'off']),
});

/**
 * `switch`: those that have been upgraded serve from now on and the others step back; `continue`: the upgrade is over;
 * `revert`: those that have not been upgraded serve again, and the others go back; `end`: nobody waits for a turn any
 * more, however many releases there are. fidelity: F-SP-UPGRADE
 */
export const directUpgrade = z.strictObject({
  ...command,
  type: z.literal('directUpgrade'),
  direction: z.enum(['switch', 'continue', 'revert', 'end']),
  why,
});

export const takeSnapshot = z.strictObject({
  ...command,
  type: z.literal('takeSnapshot'),
  name: z.string().min(1).max(100),
  /** A configuration alone, or all that is on disk. */
  of: z.enum(['configuration', 'image']),
  appliances,
});

export const revertToSnapshot = z.strictObject({
  ...command,
  type: z.literal('revertToSnapshot'),
  name: z.string().min(1).max(100),
  appliances,
  why,
});

/** What `beginWork` would do next time fails there, for the reason given: disks do fill. */
export const breakInstaller = z.strictObject({
  ...command,
  type: z.literal('breakInstaller'),
  appliance: applianceId,
  reason: z.string().max(200),
});

/**
 * Another appliance takes the place of one that has failed for good: new hardware, with the software that it was delivered
 * with, and nothing else on its disk. fidelity: F-REPLACEMENT
 */
export const replaceAppliance = z.strictObject({
  ...command,
  type: z.literal('replaceAppliance'),
  appliance: applianceId,
  serial: serialNumber,
  software,
  /** Of all members, as the fabric was built: for a record that knows of none yet. */
  built: z.array(z.strictObject({ appliance: applianceId, serial: serialNumber })),
  /** The old one is a member that serves, by the group's own record. */
  serves: z.boolean(),
  /** It is powered on, as whoever stands before it sees. */
  lives: z.boolean(),
  why,
});

/** The group has taken a spare in, or let it go. */
export const assignAppliance = z.strictObject({
  ...command,
  type: z.literal('assignAppliance'),
  appliance: applianceId,
  assigned: z.boolean(),
});

/** A process of the appliance has started, from what the log says it boots. */
export const booted = z.strictObject({
  ...observation,
  type: z.literal('booted'),
  appliance: applianceId,
  incarnation: z.int().min(1),
});

/** The work that began with commit `work` of this stream is done, or has failed. */
export const workEnded = z.strictObject({
  ...observation,
  type: z.literal('workEnded'),
  appliance: applianceId,
  work: z.int().min(1),
  /** Absent: it is done. */
  failure: z.string().min(1).max(200).optional(),
});

/** A member that boots has another image than the single management object (fidelity: F-CLONE-BOOT). */
export const cloneDue = z.strictObject({
  ...observation,
  type: z.literal('cloneDue'),
  appliance: applianceId,
  smo: applianceId,
  software,
});

export const softwareInput = z.discriminatedUnion('type', [
  configure,
  importPackage,
  verifyPackage,
  installPackage,
  uninstallPackage,
  setMvc,
  directUpgrade,
  takeSnapshot,
  revertToSnapshot,
  breakInstaller,
  replaceAppliance,
  assignAppliance,
  booted,
  workEnded,
  cloneDue,
]);

export type SoftwareConfig = z.infer<typeof softwareConfig>;
export type ApplianceRole = z.infer<typeof applianceRole>;
export type Configure = z.infer<typeof configure>;
export type ImportPackage = z.infer<typeof importPackage>;
export type VerifyPackage = z.infer<typeof verifyPackage>;
export type InstallPackage = z.infer<typeof installPackage>;
export type UninstallPackage = z.infer<typeof uninstallPackage>;
export type SetMvc = z.infer<typeof setMvc>;
export type DirectUpgrade = z.infer<typeof directUpgrade>;
export type TakeSnapshot = z.infer<typeof takeSnapshot>;
export type RevertToSnapshot = z.infer<typeof revertToSnapshot>;
export type BreakInstaller = z.infer<typeof breakInstaller>;
export type ReplaceAppliance = z.infer<typeof replaceAppliance>;
export type AssignAppliance = z.infer<typeof assignAppliance>;
export type Booted = z.infer<typeof booted>;
export type WorkEnded = z.infer<typeof workEnded>;
export type CloneDue = z.infer<typeof cloneDue>;
export type SoftwareInput = z.infer<typeof softwareInput>;
