import type { FabricHistory, MemberLoss } from '@rehearsal/experiment';
import { connectionHash, slotOfHash } from '@rehearsal/dataplane';
import { parseCommit, type Settings } from '@rehearsal/kernel';
import type { RunRecord } from '@rehearsal/lab-port';
import {
  memberNumber,
  securityGroup,
  type SecurityGroupEvent,
  type SecurityGroupState,
} from '@rehearsal/security-group';

/** Reads who served what from the security group's stream of a run's log. */
export function readHistory(record: RunRecord): FabricHistory {
  const stream = `${securityGroup.kind}.${record.plan.securityGroup.name}`;
  const losses: MemberLoss[] = [];
  let state: SecurityGroupState = securityGroup.initial;
  for (const line of record.log) {
    const commit = parseCommit(line);
    if (commit.stream !== stream) continue;
    const before = state;
    const events = commit.events as readonly SecurityGroupEvent[];
    for (const event of events) state = securityGroup.evolve(state, event);
    for (const event of events) {
      if (event.type === 'MemberLost') losses.push(lossOf(event, commit.input.at, commit.time.ms, before, state));
    }
  }
  return { losses, slotOf: (tuple) => slotOfTuple(tuple, record.settings) };
}

type MemberLost = Extract<SecurityGroupEvent, { type: 'MemberLost' }>;

function lossOf(
  event: MemberLost,
  detectedAtMs: number,
  committedAtMs: number,
  before: SecurityGroupState,
  after: SecurityGroupState,
): MemberLoss {
  const number = memberNumber(before, event.member);
  const slots = new Set<number>();
  const orphaned = new Set<number>();
  const moved = new Set<number>();
  for (let slot = 0; slot < before.active.length; slot++) {
    if (before.active[slot] !== number) continue;
    slots.add(slot);
    if (before.backup[slot] === 0) orphaned.add(slot);
    if (after.active[slot] !== 0) moved.add(slot);
  }
  const { member, incarnation, reason, evidence } = event;
  const silentMs = evidence['silentMs'] ?? null;
  return { member, incarnation, reason, detectedAtMs, committedAtMs, silentMs, slots, orphaned, moved };
}

const TUPLE = /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?>(\d+\.\d+\.\d+\.\d+)(?::(\d+))?\/(\w+)$/;
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 };

/** The slot of `client:port>server:port/protocol`, by the same steps as a packet's; -1 for other text. */
export function slotOfTuple(tuple: string, settings: Settings): number {
  const parts = TUPLE.exec(tuple);
  if (parts === null) return -1;
  const [, from, fromPort, to, toPort, protocol] = parts as unknown as string[];
  const proto = PROTOCOLS[protocol!] ?? Number(protocol);
  if (!Number.isInteger(proto)) return -1;
  const client = { address: addressOf(from!), port: Number(fromPort ?? 0) };
  const server = { address: addressOf(to!), port: Number(toPort ?? 0) };
  const clientFirst =
    client.address < server.address || (client.address === server.address && client.port <= server.port);
  const [a, b] = clientFirst ? [client, server] : [server, client];
  const ports = settings['dist.l4'] ? (a.port << 16) | b.port : 0;
  const hash = connectionHash(a.address, b.address, ports, settings['dist.l4'] ? proto : 0);
  return slotOfHash(hash, settings['dist.slots']);
}

/** As packets are keyed: a signed 32-bit integer. */
function addressOf(text: string): number {
  return text.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0);
}
