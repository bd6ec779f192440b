import { rankOf } from '@rehearsal/software/fold';
import { isUp, type FabricView, type MemberView } from './fabric-view.js';

/** Releases that members serve with, the oldest first. */
export function releasesUp(view: FabricView): string[] {
  const releases = new Set(view.members.filter(isUp).map((m) => m.release));
  return [...releases].sort((a, b) => rankOf(a) - rankOf(b));
}

/** When the policy that is for a release was installed; null where nobody knows. */
export function policyAtMsOf({ group }: FabricView, release: string): number | null {
  const rank = rankOf(release);
  return group.policiesAtMs.find((p) => p.rank === rank)?.atMs ?? group.policyAtMs;
}

/** Hash of what a member is to have: what the SMO has, or the first of its own release (fidelity: F-POLICY-RELEASE). */
export function policyDue({ members, group }: FabricView, { release }: MemberView): string | undefined {
  const alike = members.filter((m) => m.release === release && isUp(m) && m.policy !== null);
  return (alike.find((m) => m.id === group.smo) ?? alike[0])?.policy?.hash;
}
