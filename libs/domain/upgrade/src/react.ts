import type { EventRef, Intent } from '@rehearsal/kernel';
import type { UpgradeEvent } from './events.js';

/** What a step asks of those who decide: the group of who serves, the software of what is on disk. */
export function react(event: UpgradeEvent, ref: EventRef): readonly Intent[] {
  if (event.type !== 'StepBegun') return [];
  const group = ref.stream.slice(ref.stream.indexOf('.') + 1);
  const toGroup = (input: Intent['input']): Intent => ({ to: `security-group.${group}`, input });
  const toSoftware = (input: Intent['input']): Intent => ({ to: `software.${group}`, input });
  const { kind, of, to, members, pkg, snapshot } = event;
  const why = `upgrade to ${pkg.release} take ${pkg.take}`;
  const admin = (member: string, state: 'up' | 'down', force: boolean): Intent =>
    toGroup({ type: 'setAdmin', member, state, why, ...(force && { force }) });
  switch (kind) {
    case 'check':
    case 'final-check':
      return [];
    case 'backup':
      return [toSoftware({ type: 'takeSnapshot', name: snapshot, of: 'configuration', appliances: members })];
    case 'cloning-off':
    case 'cloning-on':
      return [toGroup({ type: 'setAutoClone', state: kind === 'cloning-on' ? 'on' : 'off', why })];
    case 'import':
      return [toSoftware({ type: 'importPackage', ...pkg })];
    case 'verify':
      return [toSoftware({ type: 'verifyPackage', package: event.package, appliances: of })];
    case 'down':
      return of.map((member) => admin(member, 'down', false));
    case 'up':
      return of.map((member) => admin(member, 'up', false));
    case 'switch':
      // Twice: the first who goes may have handed over to the last, who is out by then.
      return [
        ...of.map((member) => admin(member, 'down', true)),
        ...of.map((member) => admin(member, 'down', true)),
        ...to.map((member) => admin(member, 'up', false)),
      ];
    case 'install':
    case 'orchestrator':
      return [
        toSoftware({
          type: 'installPackage',
          package: event.package,
          as: pkg.kind === 'upgrade' ? 'upgrade' : 'install',
          appliances: of,
          why,
        }),
      ];
    case 'uninstall':
      return [toSoftware({ type: 'uninstallPackage', package: event.package, appliances: of, why })];
    case 'revert':
      return [toSoftware({ type: 'revertToSnapshot', name: snapshot, appliances: of, why })];
    case 'mvc-on':
    case 'mvc-off':
      return [toSoftware({ type: 'setMvc', appliances: of, state: kind === 'mvc-on' ? 'on' : 'off' })];
  }
}
