import type { EventRef, Intent } from '@rehearsal/kernel';
import type { PolicyOfStep, StepBegun, UpgradeEvent } from './events.js';

/** As much as who decides takes for a reason. */
const WHY_LENGTH = 200;

/** What a step asks of those who decide: the group of who serves, the software of what is on disk. */
export function react(event: UpgradeEvent, ref: EventRef): readonly Intent[] {
  if (event.type !== 'StepBegun') return [];
  const group = ref.stream.slice(ref.stream.indexOf('.') + 1);
  const toGroup = (input: Intent['input']): Intent => ({ to: `security-group.${group}`, input });
  const toSoftware = (input: Intent['input']): Intent => ({ to: `software.${group}`, input });
  const { kind, of, to, ask, pkg, snapshot, policy } = event;
  const why = whyOf(event);
  const uninstall = { type: 'uninstallPackage', package: event.package, why };
  const revert = { type: 'revertToSnapshot', name: snapshot, why };
  const admin = (member: string, state: 'up' | 'down', force: boolean): Intent =>
    toGroup({ type: 'setAdmin', member, state, why, ...(force && { force }) });
  /** Who was upgraded while all were down need not wait for a turn: fidelity F-SP-UPGRADE. */
  const endOfWaiting = pkg.kind === 'upgrade' ? [toSoftware({ type: 'directUpgrade', direction: 'end' })] : [];
  const toAsked = (input: Intent['input']): Intent[] =>
    ask.length === 0 ? [] : [toSoftware({ ...input, appliances: ask })];
  const asked = (ids: readonly string[]): string[] => ids.filter((id) => ask.includes(id));
  switch (kind) {
    case 'check':
    case 'gate':
    case 'final-check':
      return [];
    case 'backup':
      return toAsked({ type: 'takeSnapshot', name: snapshot, of: 'configuration' });
    case 'cloning-off':
    case 'cloning-on':
      return [toGroup({ type: 'setAutoClone', state: kind === 'cloning-on' ? 'on' : 'off', why })];
    case 'import':
      return [toSoftware({ type: 'importPackage', ...pkg })];
    case 'verify':
      return toAsked({ type: 'verifyPackage', package: event.package });
    case 'down':
      return ask.map((member) => admin(member, 'down', false));
    case 'up':
      return [...endOfWaiting, ...ask.map((member) => admin(member, 'up', false))];
    case 'switch':
      // Twice: the first who goes may have handed over to the last, who is out by then.
      return [
        ...endOfWaiting,
        ...asked(of).map((member) => admin(member, 'down', true)),
        ...asked(of).map((member) => admin(member, 'down', true)),
        ...asked(to).map((member) => admin(member, 'up', false)),
      ];
    case 'install':
    case 'orchestrator':
      return toAsked({
        type: 'installPackage',
        package: event.package,
        as: pkg.kind === 'upgrade' ? 'upgrade' : 'install',
        why,
      });
    case 'uninstall':
      return toAsked(uninstall);
    case 'revert':
      return toAsked(revert);
    case 'orchestrator-back':
      return toAsked(pkg.kind === 'upgrade' ? revert : uninstall);
    case 'policy':
      return policy === undefined ? [] : [toGroup(installPolicy(policy, why))];
    case 'mvc-on':
    case 'mvc-off':
      return toAsked({ type: 'setMvc', state: kind === 'mvc-on' ? 'on' : 'off' });
  }
}

/** What audits say of all that the upgrade does: what it is, and what the operator gave as the reason. */
function whyOf({ pkg, why }: StepBegun): string {
  const what = `upgrade to ${pkg.release} take ${pkg.take}`;
  return why === undefined ? what : `${what}: ${why}`.slice(0, WHY_LENGTH);
}

function installPolicy({ hash, release, deferrable }: PolicyOfStep, why: string): Intent['input'] {
  return { type: 'installPolicy', hash, release, ...(deferrable !== undefined && { deferrable }), why };
}
