import { columns, ruledTable } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { policyDate } from '../text/time.js';
import { isUp, memberIn, type FabricView } from '../view/fabric-view.js';

const dateOf = (view: FabricView): string =>
  view.group.policyAtMs === null ? NOT_AVAILABLE : policyDate(view.group.policyAtMs);

/** `asg_policy verify`: whether members have the SMO's policy; this lab's policies have no names (fidelity: F-POLICY-VERIFY). */
export function policyVerify(view: FabricView): Line[] {
  const first = view.members.find((m) => m.id === view.group.smo)?.policy?.hash;
  const verdicts = view.members.map((member) => {
    if (member.policy === null || !isUp(member)) return { member, verdict: NOT_AVAILABLE };
    return { member, verdict: member.policy.hash === first ? 'Success' : 'Failed (!)' };
  });
  const failed = verdicts.filter(({ verdict }) => verdict.startsWith('Failed')).map(({ member }) => member.id);
  const rows = verdicts.map(({ member, verdict }) => [
    member.id,
    NOT_AVAILABLE,
    dateOf(view),
    member.policy?.hash.slice(0, 12) ?? NOT_AVAILABLE,
    verdict,
  ]);
  return lines(
    'recalled',
    ...ruledTable('Policy Verification', ['SGM', 'Policy Name', 'Policy Date', 'Policy Signature', 'Status'], rows),
    failed.length === 0
      ? 'Policy Verification completed successfully'
      : `Policy Verification failed: ${failed.join(', ')} differ from the SMO`,
  );
}

/** `fw stat` of member `here` (fidelity: F-FW-STAT) */
export function fwStat(view: FabricView, here: string): Line[] {
  const { policy } = memberIn(view, here);
  const interfaces = view.group.interfaces.map((i) => `[>${i.name}] [<${i.name}]`).join(' ');
  const row = (host: string, name: string, rest: string): string =>
    columns([
      [0, host],
      [10, name],
      [21, rest],
    ]);
  return lines(
    'documented',
    row('HOST', 'POLICY', 'DATE'),
    row('localhost', policy === null ? '-' : NOT_AVAILABLE, `${dateOf(view)} :  ${interfaces}`),
  );
}
