import { columns, ruledTable } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { policyDate } from '../text/time.js';
import { isUp, memberIn, type FabricView, type MemberView } from '../view/fabric-view.js';
import { policyAtMsOf, policyDue, releasesUp } from '../view/policies.js';

const dateOf = (view: FabricView, { release }: MemberView): string => {
  const atMs = policyAtMsOf(view, release);
  return atMs === null ? NOT_AVAILABLE : policyDate(atMs);
};

/**
 * `asg_policy verify`: whether members have the SMO's policy, or, of another release, that of the others of theirs; this
 * lab's policies have no names (fidelity: F-POLICY-VERIFY).
 */
export function policyVerify(view: FabricView): Line[] {
  const verdicts = view.members.map((member) => {
    if (member.policy === null || !isUp(member)) return { member, verdict: NOT_AVAILABLE };
    return { member, verdict: member.policy.hash === policyDue(view, member) ? 'Success' : 'Failed (!)' };
  });
  const failed = verdicts.filter(({ verdict }) => verdict.startsWith('Failed')).map(({ member }) => member.id);
  const isMixed = releasesUp(view).length > 1;
  const rows = verdicts.map(({ member, verdict }) => [
    member.id,
    ...(isMixed ? [member.release] : []),
    NOT_AVAILABLE,
    dateOf(view, member),
    member.policy?.hash.slice(0, 12) ?? NOT_AVAILABLE,
    verdict,
  ]);
  const head = ['SGM', ...(isMixed ? ['Version'] : []), 'Policy Name', 'Policy Date', 'Policy Signature', 'Status'];
  const whom = isMixed ? 'others of their version' : 'the SMO';
  return lines(
    'recalled',
    ...ruledTable('Policy Verification', head, rows),
    failed.length === 0
      ? 'Policy Verification completed successfully'
      : `Policy Verification failed: ${failed.join(', ')} differ from ${whom}`,
  );
}

/** `fw stat` of member `here` (fidelity: F-FW-STAT) */
export function fwStat(view: FabricView, here: string): Line[] {
  const self = memberIn(view, here);
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
    row('localhost', self.policy === null ? '-' : NOT_AVAILABLE, `${dateOf(view, self)} :  ${interfaces}`),
  );
}
