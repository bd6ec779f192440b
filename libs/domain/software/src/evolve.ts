import type { SoftwareEvent } from './events.js';
import type { Software } from './catalogue/index.js';
import type { Appliance, SoftwareState, Work } from './state.js';
import { applianceOf, newAppliance, sameSoftware } from './state.js';

/** Folds one event. Total: what it does not know leaves the state as it is. */
export function evolve(state: SoftwareState, event: SoftwareEvent): SoftwareState {
  switch (event.type) {
    case 'Configured': {
      const { appliances, ...rules } = event.config;
      return { ...state, ...rules, appliances: appliances.map(newAppliance), version: event.version };
    }
    case 'ConfigureIgnored':
    case 'ConfigureRefused':
    case 'SoftwareRefused':
    case 'SoftwareIgnored':
      return { ...state, version: event.version };
    case 'PackageImported': {
      const { file, kind, release, take, jumboTake } = event;
      const pkg = { file, kind, release, take, ...(jumboTake !== undefined && { jumboTake }) };
      return { ...state, packages: [...state.packages, pkg], version: event.version };
    }
    case 'PackageVerified':
      return changed(state, event, ({ verified }) => ({
        verified: [...verified.filter((n) => n !== event.package), event.package],
      }));
    case 'WorkBegun': {
      const { kind, package: number, to, smo, version } = event;
      return changed(state, event, () => ({ failure: '', work: { kind, package: number, to, smo, since: version } }));
    }
    case 'WorkFinished':
      return changed(state, event, (appliance) => finished(appliance, state));
    case 'WorkFailed':
      return changed(state, event, () => ({
        broken: '',
        failedAt: event.version,
        failure: event.reason,
        work: null,
      }));
    case 'ApplianceBooted':
      return changed(state, event, () => ({ incarnation: event.incarnation, runs: event.software }));
    case 'MvcSet':
      // Who may serve beside the others need not wait any longer.
      return changed(state, event, ({ held }) => ({ held: held && event.state === 'off', mvc: event.state === 'on' }));
    case 'UpgradeDirected': {
      const appliances = state.appliances.map((a) => ({ ...a, held: event.held.includes(a.id) }));
      return { ...state, appliances, version: event.version };
    }
    case 'SnapshotTaken': {
      const { name, of, software } = event;
      return changed(state, event, ({ snapshots }) => ({
        snapshots: [...snapshots.filter((s) => s.name !== name), { name, of, software }],
      }));
    }
    case 'InstallerBroken':
      return changed(state, event, () => ({ broken: event.reason }));
    case 'SerialsNoted': {
      const serials = new Map(event.serials.map(({ appliance, serial }) => [appliance, serial]));
      const appliances = state.appliances.map((a) => {
        const serial = serials.get(a.id);
        return serial === undefined ? a : { ...a, serial };
      });
      return { ...state, appliances, version: event.version };
    }
    case 'ApplianceReplaced': {
      const { serial, software } = event;
      return changed(state, event, ({ id, role, spare, incarnation, lastStartBefore = 0 }) => ({
        ...newAppliance({ id, role, software }),
        ...(spare !== undefined && { spare }),
        lastStartBefore: Math.max(incarnation, lastStartBefore),
        serial,
      }));
    }
    case 'ApplianceAssigned':
      return changed(state, event, () => ({ spare: !event.assigned }));
    default:
      return unknown(state, event);
  }
}

/** After its next start the appliance runs what it was given; a new release is held until it is its turn. */
function finished(appliance: Appliance, state: SoftwareState): Partial<Appliance> {
  const { work, role, mvc } = appliance;
  if (work === null) return {};
  const isPatched = work.kind === 'install' || work.kind === 'uninstall';
  const held = work.kind === 'upgrade' ? state.holdsUpgraded && role === 'member' : isPatched && appliance.held;
  // An older image is set up as it was when it was taken, before anybody was to mix.
  return {
    before: historyAfter(appliance, work, state),
    boots: work.to,
    held,
    mvc: mvc && work.kind !== 'revert',
    work: null,
  };
}

/** What uninstalling leads back to, jumbo by jumbo: it is on the image, so who takes another's has what was there. */
function historyAfter(
  { before, boots }: Appliance,
  { kind, to, smo }: Work,
  state: SoftwareState,
): readonly Software[] {
  switch (kind) {
    case 'install':
      return [...before, boots];
    case 'uninstall':
      return before.slice(0, -1);
    case 'clone': {
      const from = applianceOf(state, smo);
      return from !== undefined && sameSoftware(from.boots, to) ? from.before : [];
    }
    default:
      return [];
  }
}

function changed(
  state: SoftwareState,
  { appliance: id, version }: { readonly appliance: string; readonly version: number },
  change: (appliance: Appliance) => Partial<Appliance>,
): SoftwareState {
  const known = applianceOf(state, id);
  if (known === undefined) return { ...state, version };
  const appliances = state.appliances.map((a) => (a === known ? { ...a, ...change(a) } : a));
  return { ...state, appliances, version };
}

function unknown(state: SoftwareState, _event: never): SoftwareState {
  return state;
}
