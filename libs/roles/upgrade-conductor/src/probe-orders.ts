import { steeringOf, type Steering } from '@rehearsal/dataplane';
import type { SecurityGroupState } from '@rehearsal/security-group';
import {
  hostAddress,
  hostsIn,
  PROBE_PORTS,
  probedService,
  resolvePlan,
  type ProbeEnd,
  type ProbeOrder,
  type ResolvedPlan,
} from '@rehearsal/traffic';
import type { UpgradeState } from '@rehearsal/upgrade';
import { isOver } from '@rehearsal/upgrade';
import type { UpgradeConductorConfig } from './config.js';

/** Ports of connections that are kept open: the last ones of those that probes leave from. */
const FLOW_PORTS = 256;
/** So many hosts are tried for one whose packets come to the member that is to be asked. */
const TRIES = 1024;
const INSIDE = 0;
const IP_PROTOCOL = { tcp: 6, udp: 17 } as const;

/** What is asked of the outside world at the gate an upgrade stands at, `forMs` after it came there. */
export function orderAtGate(
  config: UpgradeConductorConfig,
  group: SecurityGroupState,
  upgrade: UpgradeState,
  forMs: number,
): ProbeOrder {
  const { plan, begunWith } = upgrade;
  if (plan?.probes === undefined) return { forMs };
  const { services, perService } = plan.probes;
  const hosts = new Hosts(config, group);
  // Each round leaves from another port, so that no member takes it for one that has just been closed.
  const port = PROBE_PORTS.from + ((begunWith * 61 + Math.floor(forMs / 1000)) % portsOf(-FLOW_PORTS));
  const targets = hosts.owners(justBack(upgrade));
  const probes = services.flatMap((service) =>
    Array.from({ length: perService }, (_, i) => hosts.endsAt(service, targets[i % targets.length], port)),
  );
  return { forMs, ...flowOrder(hosts, upgrade), gate: { begun: begunWith, probes } };
}

/** What is asked where no gate is stood at: one connection, kept open from the first step to the last. */
export function orderBetweenGates(
  config: UpgradeConductorConfig,
  group: SecurityGroupState,
  upgrade: UpgradeState,
): ProbeOrder {
  const wanted = flowWanted(upgrade);
  return { forMs: 0, ...(wanted === 0 ? { over: true } : flowOrder(new Hosts(config, group), upgrade)) };
}

/** The upgrade that a connection is to be kept open for: the commit that started it or had it go on last; 0 where none is. */
export function flowWanted(upgrade: UpgradeState): number {
  const isAsked = upgrade.plan?.probes !== undefined && upgrade.steps.some(({ kind }) => kind === 'gate');
  return isAsked && !isOver(upgrade) ? upgrade.resumedWith : 0;
}

/** At a member of the group that goes first, so that it changes hands with every group. None where nothing over TCP is asked. */
function flowOrder(
  hosts: Hosts,
  { plan, startedWith, resumedWith, begunWith }: UpgradeState,
): Pick<ProbeOrder, 'flow'> {
  const overTcp = plan?.probes?.services.filter((name) => probedService(name).transport === 'tcp') ?? [];
  const service = overTcp.includes('ssh') ? 'ssh' : overTcp[0];
  if (service === undefined) return {};
  const [first] = hosts.owners(plan?.groups[0] ?? []);
  const port = PROBE_PORTS.to - (begunWith % FLOW_PORTS);
  return { flow: { upgrade: startedWith, resumed: resumedWith, ends: hosts.endsAt(service, first, port) } };
}

/** Whom the last step before a gate brought back. */
function justBack({ steps, step }: UpgradeState): readonly string[] {
  return steps.slice(0, step).findLast(({ kind }) => kind === 'up')?.of ?? [];
}

function portsOf(change: number): number {
  return PROBE_PORTS.to - PROBE_PORTS.from + 1 + change;
}

/** Hosts that probes are sent between, such that their packets come to one member or another. */
class Hosts {
  private readonly group: SecurityGroupState;
  private readonly steering: Steering;
  private readonly addresses: Pick<ResolvedPlan, 'clients' | 'servers'>;
  private tried = 0;

  constructor({ settings, addresses }: UpgradeConductorConfig, group: SecurityGroupState) {
    this.group = group;
    this.steering = steeringOf(settings, group.distribution);
    const reply = resolvePlan({ ...(addresses && { addresses }) });
    if (!reply.ok) throw new RangeError(reply.problems.join('; '));
    this.addresses = reply.plan;
  }

  /** Members that serve a slot, those of `first` before the others; one without a name where nobody does. */
  owners(first: readonly string[]): readonly string[] {
    const serving = new Set(this.group.active);
    const ids = this.group.members.filter((_, i) => serving.has(i + 1)).map(({ id }) => id);
    const owners = [...ids.filter((id) => first.includes(id)), ...ids.filter((id) => !first.includes(id))];
    return owners.length > 0 ? owners : [''];
  }

  /** The next two hosts of which one asks the other at that member; any two where there are none. */
  endsAt(service: string, at: string, clientPort: number): ProbeEnd {
    for (let tries = 1; ; tries++) {
      const ends = this.next(service, clientPort);
      if (ends.at === at || tries === TRIES) return ends;
    }
  }

  private next(service: string, clientPort: number): ProbeEnd {
    const { clients, servers } = this.addresses;
    // From the last hosts on: those of the traffic begin anywhere, and most plans have but a few.
    const n = this.tried++;
    const client = hostAddress(clients, hostsIn(clients) - 1 - (n % hostsIn(clients)));
    const server = hostAddress(servers, hostsIn(servers) - 1 - (n % hostsIn(servers)));
    const { port, transport } = probedService(service);
    const slot = this.steering.slotOf(INSIDE, client, server, clientPort, port, IP_PROTOCOL[transport]);
    return { service, client, clientPort, server, at: this.group.members[this.group.active[slot] - 1]?.id ?? '' };
  }
}
