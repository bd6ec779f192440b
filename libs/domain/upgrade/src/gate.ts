import type { Step } from './events.js';
import type { Probe, Sight, UpgradePlan } from './inputs.js';
import type { Finding } from './rules.js';

/** Long enough for connections that send now and then to have been heard of. */
const LOOK_FOR_MS = 5_000;
/** Longer than endpoints take to ask again. */
const SILENT_MS = 3_000;

/** What was said of packets that somebody decided to drop, and who decides. */
const BY_POLICY = 'policy_drop';

/** Whoever is connected has had answers and nobody waits in vain, and so it is with whoever was sent to ask. */
export function isServed(plan: UpgradePlan, probe: Probe): boolean {
  return probe.forMs >= LOOK_FOR_MS && whatWaits(probe) === '' && whatFailed(plan, probe).length === 0;
}

/** Applications that do not come through keep the next group from being taken down (fidelity: F-UPGRADE-RULES, F-GATE-ASKS). */
export function whyNotServed(plan: UpgradePlan, { kind }: Step, { probe }: Sight): Finding | undefined {
  if (kind !== 'gate' || probe === undefined || probe.forMs <= plan.gateMs || isServed(plan, probe)) return undefined;
  const failed = whatFailed(plan, probe);
  const what = [whatWaits(probe), ...failed].filter((text) => text !== '').join('; ');
  const isByPolicy = failed.some((text) => text.includes(BY_POLICY));
  return {
    rule: 'probe',
    reason: `applications do not come through for ${Math.round(probe.forMs / 1000)} s: ${what}`,
    remedy: isByPolicy
      ? 'Allow in the policy what is asked, then resume; or resume with --probes naming what may pass (none: gates only look).'
      : 'Find out what keeps them from it, then resume; or roll back.',
  };
}

/** What is amiss with the traffic; '' where nothing is. Without any connection there is nothing to look at. */
function whatWaits({ services }: Probe): string {
  const stuck = services.filter((s) => s.stuck > 0).map((s) => `${s.stuck} of ${s.service}`);
  if (stuck.length > 0) return `${stuck.join(', ')} wait for an answer`;
  const isHeard = services.every((s) => s.open === 0) || services.some((s) => s.answered > 0);
  return isHeard ? '' : 'no connection had an answer';
}

/** Probes that were not answered, where the plan asks for them; it may be that nobody has sent any. */
function whatFailed({ probes }: UpgradePlan, { asked, flow }: Probe): string[] {
  if (probes === undefined) return [];
  if (asked === undefined) return ['nobody has sent the probes that are asked for'];
  const failed = asked
    .filter((s) => s.answered < s.asked)
    .map(
      (s) =>
        `${s.asked - s.answered} of ${s.asked} probes of ${s.service} at ${s.unansweredAt.join(', ')}: ${s.reason}`,
    );
  if (flow === undefined || flow.silentMs <= SILENT_MS) return failed;
  const { service, openMs, silentMs, reason } = flow;
  const [open, silent] = [openMs, silentMs].map((ms) => `${Math.round(ms / 1000)} s`);
  return [...failed, `the connection of ${service} that was opened ${open} ago is silent for ${silent}: ${reason}`];
}
