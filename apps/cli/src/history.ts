import type { FabricHistory, MemberLoss } from '@rehearsal/experiment';
import { Steering } from '@rehearsal/dataplane';
import { parseCommit, type Settings } from '@rehearsal/kernel';
import type { FabricPlan, RunRecord } from '@rehearsal/lab-port';
import {
  memberNumber,
  securityGroup,
  type SecurityGroupEvent,
  type SecurityGroupState,
} from '@rehearsal/security-group';
import { interfaceModes } from './interface-modes.js';

const INSIDE = 0;

/** Reads who served what from the security group's stream of a run's log. */
export function readHistory(record: RunRecord): FabricHistory {
  const stream = `${securityGroup.kind}.${record.plan.securityGroup.name}`;
  const losses: MemberLoss[] = [];
  const tables: { readonly fromMs: number; readonly active: readonly number[] }[] = [];
  let state: SecurityGroupState = securityGroup.initial;
  for (const line of record.log) {
    const commit = parseCommit(line);
    if (commit.stream !== stream) continue;
    const before = state;
    const events = commit.events as readonly SecurityGroupEvent[];
    for (const event of events) state = securityGroup.evolve(state, event);
    if (state.active !== before.active) tables.push({ fromMs: commit.time.ms, active: state.active });
    for (const event of events) {
      if (event.type === 'MemberLost') losses.push(lossOf(event, commit.input.at, commit.time.ms, before, state));
    }
  }
  const finder = new SlotFinder(record.plan, record.settings);
  const { members } = state;
  return {
    losses,
    slotOf: (tuple) => finder.slotOf(tuple),
    servedBy(slot, atMs) {
      const number = tables.findLast((t) => t.fromMs <= atMs)?.active[slot] ?? 0;
      return members[number - 1]?.id ?? null;
    },
  };
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
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

/**
 * Finds the slot of `client:port>server:port/protocol`, whose client is inside, by the orchestrators' own
 * steering, so that nothing else says where it goes; -1 for other text.
 */
export class SlotFinder {
  readonly #steering: Steering;

  constructor(plan: FabricPlan, settings: Settings) {
    const { inside, outside } = interfaceModes(plan);
    this.#steering = new Steering({
      slots: settings['dist.slots'],
      l4: settings['dist.l4'],
      modes: [inside, outside],
      gtp: settings['dist.gtp'],
    });
  }

  slotOf(tuple: string): number {
    const parts = TUPLE.exec(tuple);
    if (parts === null) return -1;
    const [, client, clientPort, server, serverPort, protocol] = parts;
    const proto = PROTOCOLS[protocol!] ?? Number(protocol);
    if (!Number.isInteger(proto)) return -1;
    const [from, to] = [Number(clientPort ?? 0), Number(serverPort ?? 0)];
    return this.#steering.slotOf(INSIDE, addressOf(client!), addressOf(server!), from, to, proto);
  }
}

function addressOf(text: string): number {
  return text.split('.').reduce((word, part) => (word << 8) | Number(part), 0);
}
