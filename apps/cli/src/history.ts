import type { FabricHistory, MemberLoss } from '@rehearsal/experiment';
import { Steering } from '@rehearsal/dataplane';
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
  const finder = new SlotFinder(record.settings);
  return { losses, slotOf: (tuple) => finder.slotOf(tuple) };
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
const PACKET_BYTES = 40;

/**
 * Finds the slot of `client:port>server:port/protocol` by steering a packet of it, so that nothing but
 * the orchestrators' own code says where it goes; -1 for other text.
 */
export class SlotFinder {
  readonly #steering: Steering;
  readonly #packet = new Uint8Array(PACKET_BYTES);
  readonly #view = new DataView(this.#packet.buffer);
  readonly #words = new Int32Array(this.#packet.buffer);

  constructor(settings: Settings) {
    this.#steering = new Steering({ slots: settings['dist.slots'], l4: settings['dist.l4'] });
  }

  slotOf(tuple: string): number {
    const parts = TUPLE.exec(tuple);
    if (parts === null) return -1;
    const [, client, clientPort, server, serverPort, protocol] = parts;
    const proto = PROTOCOLS[protocol!] ?? Number(protocol);
    if (!Number.isInteger(proto)) return -1;
    this.#writeHeaders(proto, client!, server!, Number(clientPort ?? 0), Number(serverPort ?? 0));
    return this.#steering.steer(this.#words, 0, PACKET_BYTES);
  }

  #writeHeaders(proto: number, client: string, server: string, clientPort: number, serverPort: number): void {
    const view = this.#view;
    this.#packet.fill(0);
    view.setUint8(0, 0x45);
    view.setUint16(2, PACKET_BYTES);
    view.setUint8(9, proto);
    this.#packet.set(client.split('.').map(Number), 12);
    this.#packet.set(server.split('.').map(Number), 16);
    view.setUint16(20, clientPort);
    view.setUint16(22, serverPort);
    // The length of the rest: in words in the upper half of a byte of TCP's header, in bytes in UDP's.
    if (proto === PROTOCOLS['tcp']) view.setUint8(32, 0x50);
    else view.setUint16(24, PACKET_BYTES - 20);
  }
}
