import type { SoftwareEvent } from '@rehearsal/software';
import { softwareText } from '@rehearsal/software';
import type { Probe, UpgradeEvent, UpgradePlan } from '@rehearsal/upgrade';
import { say, type Words } from './said.js';

const at = (appliance: string): string => (appliance === '' ? '' : ` at ${appliance}`);

/** What became of the software of appliances. */
export const SOFTWARE: Words<SoftwareEvent> = {
  Configured: (e) => say('upgrade', 'plain', `the software of ${e.config.appliances.length} appliances is on record`),
  ConfigureIgnored: () => null,
  ConfigureRefused: (e) => say('upgrade', 'bad', `a configuration of software is refused: ${e.reason}`),
  PackageImported: (e) => say('upgrade', 'plain', `package ${e.package} is imported: ${e.file}`),
  PackageVerified: (e) => say('upgrade', 'good', `package ${e.package} can be installed on ${e.appliance}`),
  SoftwareRefused: (e) => say('upgrade', 'bad', `${e.command}${at(e.appliance)} is refused: ${e.reason}`),
  SoftwareIgnored: (e) => say('upgrade', 'plain', `${e.command}${at(e.appliance)} changes nothing: ${e.reason}`),
  WorkBegun: (e) =>
    say(
      'upgrade',
      'plain',
      e.kind === 'clone'
        ? `${e.appliance} begins to take the image of ${e.smo}: ${softwareText(e.to)}`
        : `${e.kind} of ${softwareText(e.to)} begins on ${e.appliance}`,
    ),
  WorkFinished: (e) => say('upgrade', 'good', `${e.appliance} reboots into ${softwareText(e.to)}`),
  WorkFailed: (e) => say('upgrade', 'bad', `${e.kind} fails on ${e.appliance}: ${e.reason}`),
  ApplianceBooted: (e) => say('upgrade', 'plain', `${e.appliance} runs ${softwareText(e.software)}`),
  MvcSet: (e) => say('upgrade', 'plain', `multi-version is ${e.state} at ${e.appliance}`),
  UpgradeDirected: (e) =>
    say('upgrade', 'plain', `sp_upgrade ${e.direction}${e.held.length > 0 ? `: ${e.held.join(', ')} wait` : ''}`),
  SnapshotTaken: (e) => say('upgrade', 'good', `${e.of} of ${e.appliance} is kept as ${e.name}`),
  InstallerBroken: (e) => say('upgrade', 'bad', `the next installation on ${e.appliance} will fail: ${e.reason}`),
  SerialsNoted: (e) => say('upgrade', 'plain', `the serial numbers of ${e.serials.length} appliances are on record`),
  ApplianceReplaced: (e) =>
    say(
      'upgrade',
      'plain',
      `${e.appliance} is another appliance: ${e.serial} for ${e.was}, with ${softwareText(e.software)}`,
    ),
  ApplianceAssigned: (e) =>
    say('upgrade', 'plain', `${e.appliance} is ${e.assigned ? 'one of the group' : 'in no group'}`),
};

/** What probes said at a gate that was passed; nothing where none were sent. */
function probedText(probe: Probe | undefined): string {
  if (probe?.asked === undefined) return '';
  const asked = probe.asked.map((s) => `${s.answered} of ${s.asked} ${s.service}`).join(', ');
  const slowestMs = Math.max(0, ...probe.asked.map((s) => s.slowestMs));
  const { flow } = probe;
  const open = flow === undefined ? '' : `; ${flow.service} open for ${Math.round(flow.openMs / 1000)} s`;
  return `; probes answered: ${asked}, after ${slowestMs} ms at most${open}`;
}

/** What gates ask from then on, where that changes. */
function askingText(probes: UpgradePlan['probes'] | null): string {
  if (probes === undefined) return '';
  return probes === null ? '; gates only look from now on' : `; gates ask ${probes.services.join(', ')} from now on`;
}

/** How an upgrade goes on. */
export const UPGRADE: Words<UpgradeEvent> = {
  UpgradeStarted: (e) =>
    say(
      'upgrade',
      'plain',
      `${e.rollback ? 'a rollback' : `an upgrade to ${softwareText(e.target)}`} begins${e.why === undefined ? '' : `: ${e.why}`}`,
    ),
  UpgradeRefused: (e) => say('upgrade', 'bad', `an upgrade is refused: ${e.reason}`),
  UpgradeIgnored: (e) => say('upgrade', 'plain', `an upgrade changes nothing: ${e.reason}`),
  StepBegun: (e) =>
    say('upgrade', 'plain', `step ${e.step + 1}: ${e.kind}${e.of.length > 0 ? ` of ${e.of.join(', ')}` : ''}`),
  StepDone: (e) =>
    say('upgrade', 'good', `step ${e.step + 1} is done: ${e.kind}; ${e.share} % serve${probedText(e.probe)}`),
  UpgradeStopped: (e) => say('upgrade', 'bad', `the upgrade stops (${e.rule}): ${e.reason}. ${e.remedy}`),
  CapacityChanged: (e) => say('upgrade', e.share < 100 ? 'bad' : 'good', `${e.share} % of the group serve`),
  UpgradePaused: () => say('upgrade', 'plain', 'the upgrade pauses'),
  UpgradeResumed: (e) => say('upgrade', 'plain', `the upgrade goes on${askingText(e.probes)}`),
  UpgradeAborted: () => say('upgrade', 'bad', 'the upgrade is aborted'),
  UpgradeFinished: (e) => say('upgrade', 'good', `the ${e.rollback ? 'rollback' : 'upgrade'} is done`),
};
