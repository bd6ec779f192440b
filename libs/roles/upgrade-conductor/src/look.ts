import type { Member, SecurityGroupState } from '@rehearsal/security-group';
import { exposedSlots, isDetached, isFit } from '@rehearsal/security-group';
import type { Appliance, SoftwareState } from '@rehearsal/software';
import { applianceOf } from '@rehearsal/software';
import type { MemberSight, OrchestratorSight, Sight } from '@rehearsal/upgrade';

/** What the logs of the group and of its software say of the fabric, for who takes it through an upgrade; `policyHash`: of the policy it came up with. */
export function lookAt(
  group: SecurityGroupState,
  software: SoftwareState,
  file: string | undefined,
  policyHash: string,
): Sight {
  const number = software.packages.findIndex((p) => p.file === file) + 1;
  return {
    members: group.members.filter((m) => !isDetached(m)).flatMap((m) => memberSight(m, applianceOf(software, m.id))),
    orchestrators: group.orchestrators.flatMap(({ id, status }) => {
      const appliance = applianceOf(software, id);
      return appliance === undefined ? [] : [{ id, active: status === 'active', ...softwareSight(appliance) }];
    }),
    exposed: exposedSlots(group).length,
    copying: group.joining.reduce((count, member) => count + (member === 0 ? 0 : 1), 0),
    balanced: !group.rebalancing,
    autoClone: group.autoClone,
    installingPolicy: group.install.hash !== '',
    package: number,
    policy: {
      hash: group.policyHash || policyHash,
      ...(group.deferral.rules.length > 0 && { deferrable: [...group.deferral.rules] }),
      installed: group.policies.map(({ rank, since }) => ({ rank, since })),
      failure: group.givenUp.reason,
      failedAt: group.givenUp.version,
      frozen: group.frozenUntil > 0,
      version: group.version,
    },
    verified: number === 0 ? [] : software.appliances.filter((a) => a.verified.includes(number)).map((a) => a.id),
  };
}

function memberSight(member: Member, appliance: Appliance | undefined): MemberSight[] {
  if (appliance === undefined) return [];
  const { id, weight, admin, status } = member;
  return [
    {
      id,
      weight,
      admin,
      active: status === 'active',
      serves: isFit(member),
      ...softwareSight(appliance),
      mvc: appliance.mvc,
      snapshots: appliance.snapshots.map((s) => s.name),
    },
  ];
}

function softwareSight({
  runs,
  boots,
  work,
  failure,
  failedAt,
}: Appliance): Pick<OrchestratorSight, 'runs' | 'boots' | 'working' | 'failure' | 'failedAt'> {
  return { runs, boots, working: work !== null, failure, failedAt };
}
