import { basename, resolve } from 'node:path';
import { readRunHead, readRunPackets, type RunHead } from '@rehearsal/experiment/run-folder';
import { appliancesOf } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { counted, reasonOf } from '@rehearsal/lab-port/plain-words';
import { HeadersLength, LINK, PcapngBuilder } from '@rehearsal/packets';
import { readPacketCapture, type CapturedFate, type CapturedPacket, type ReadPacketCapture } from '@rehearsal/traffic';
import { z } from 'zod';
import { laterComment, memberOf, packetComment, packetFate, type PacketPlaces } from './packet-comments.js';

/** Where packets are that never reached a member. */
const OUTSIDE = 'outside';
/** With their headers alone packets are never longer: IPv4 and TCP, both with all options, or an ICMP error's quote. */
const HEADERS_SNAP_LEN = 136;
const WHOLE_SNAP_LEN = 0xffff;

const counts = z.record(z.string(), z.int());

/** What a packet capture came to: its packets by what became of them, and what it is short of. */
export const packetCounts = z.strictObject({
  packets: z.int().describe('captured, as they were sent'),
  delivered: z.int(),
  dropped: counts,
  lost: counts,
  unexplained: z.int().describe('nobody said anything of them'),
  copies: z.int().describe('came out although they had come out before'),
  late: z.int().describe('came out when they were counted as lost, and stay so'),
  interfaces: counts.describe('packets, copies and late ones by interface'),
  shortOf: z.array(z.string()).describe('what the capture does not have, in sentences'),
});
export type PacketCounts = z.output<typeof packetCounts>;

export interface PacketExport {
  readonly bytes: Uint8Array;
  readonly counts: PacketCounts;
}

/**
 * The packet capture of a run as pcapng: an interface a member, in the order of the fabric, and one for packets that never
 * reached a member. Packets are as they were sent, at that time; copies follow when they came out.
 * @throws LabError (bad input) where the run has no packet capture
 */
export function packetsAsPcapng(folder: string, { payload }: { readonly payload: boolean }): PacketExport {
  const head = readRunHead(folder);
  const read = opened(folder, readRunPackets(folder));
  const places: PacketPlaces = {
    members: appliancesOf(head.plan.securityGroup).map((m) => m.id),
    orchestrators: head.plan.orchestrators,
    isShort: read.lostFates + read.missedFates > 0,
  };
  const shortOf = shortages(read);
  const tally = new Tally([OUTSIDE, ...places.members]);
  const builder = sectionFor(folder, head, places, payload, shortOf);
  const headers = new HeadersLength();
  for (const { packet, later } of inOrder(read.packets)) {
    const { bytes, tag } = packet;
    const { atUs } = later ?? packet;
    const fate = later ?? packet.fate;
    const member = memberOf(fate, places) ?? OUTSIDE;
    const kept = payload ? bytes : bytes.subarray(0, headers.of(bytes));
    const comment = later === undefined ? packetComment(packet, places) : laterComment(packet, later, places);
    const ticks = [Math.floor(atUs / 2 ** 32), atUs % 2 ** 32] as const;
    builder.packet(tally.interfaceOf(member), ...ticks, kept, bytes.length, { comment, packetId: tag });
    tally.count(packet, later, member);
  }
  return { bytes: builder.bytes(), counts: { ...tally.counts(), shortOf } };
}

function opened(folder: string, file: Uint8Array): ReadPacketCapture {
  try {
    return readPacketCapture(file);
  } catch (error) {
    const what = `The packet capture of ${folder} is damaged: ${reasonOf(error)}.`;
    throw new LabError('bad-input', what, 'Conduct the run again with --capture-packets.');
  }
}

function sectionFor(
  folder: string,
  { plan, world }: RunHead,
  { members }: PacketPlaces,
  payload: boolean,
  shortOf: readonly string[],
): PcapngBuilder {
  const comment = [
    `Run ${basename(resolve(folder))} of fabric ${plan.fabric} (${plan.profile}, ${world}).`,
    'Packets are as they were sent, at that time by the clock of the outside world.',
    payload ? 'They are whole.' : 'They are cut to their headers.',
    ...shortOf,
  ].join(' ');
  const builder = new PcapngBuilder().section({ comment, application: 'rehearse export' });
  const snapLen = payload ? WHOLE_SNAP_LEN : HEADERS_SNAP_LEN;
  const add = (name: string, description: string): void =>
    void builder.interface(LINK.raw, { name, description, snapLen, timeResolution: 6 });
  add(OUTSIDE, 'packets that never reached a member');
  for (const id of members) add(id, `packets that member ${id} of ${plan.securityGroup.name} had last`);
  return builder;
}

/** What the capture does not have, in sentences. */
function shortages(read: ReadPacketCapture): string[] {
  const { full, missed, missedFates, lostPackets, lostFates, damagedAtByte } = read;
  const said: string[] = [];
  if (full !== undefined) {
    const option = full.limit === 'packets' ? '--capture-max-packets' : '--capture-max-bytes';
    const at = new Date(full.atUs / 1000).toISOString();
    const later = missed === undefined ? 'what was sent later' : counted(missed, 'later packet');
    const words = missedFates > 0 ? ` and ${counted(missedFates, 'word')} about packets it has` : '';
    said.push(`The capture reached its limit (${option}) at ${at}: it lacks ${later}${words}.`);
  }
  if (lostPackets + lostFates > 0) {
    const lacks = `${counted(lostPackets, 'packet')} and ${counted(lostFates, 'word')} about packets`;
    said.push(`The capture lacks ${lacks}: its file could not be written fast enough.`);
  }
  if (damagedAtByte !== undefined) said.push(`The file is damaged at byte ${damagedAtByte}: the rest is not read.`);
  else if (missed === undefined)
    said.push('The process that captured ended without a word: its last packets may be missing.');
  return said;
}

interface Seen {
  readonly packet: CapturedPacket;
  /** Of a copy or one that came too late: when and how. */
  readonly later: CapturedFate | undefined;
}

/** Packets when they were sent, and what came out of them later when it came. */
function inOrder(packets: readonly CapturedPacket[]): Seen[] {
  const all: Seen[] = packets.map((packet) => ({ packet, later: undefined }));
  const before = all.length;
  for (const packet of packets) for (const later of packet.later ?? []) all.push({ packet, later });
  const atUs = ({ packet, later }: Seen): number => (later ?? packet).atUs;
  return all.length === before ? all : all.sort((a, b) => atUs(a) - atUs(b));
}

class Tally {
  readonly #names: readonly string[];
  readonly #byInterface: number[];
  readonly #dropped: Record<string, number> = {};
  readonly #lost: Record<string, number> = {};
  #packets = 0;
  #delivered = 0;
  #unexplained = 0;
  #copies = 0;
  #late = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#byInterface = names.map(() => 0);
  }

  interfaceOf(name: string): number {
    return this.#names.indexOf(name);
  }

  count({ fate }: CapturedPacket, later: CapturedFate | undefined, name: string): void {
    this.#byInterface[this.interfaceOf(name)]!++;
    if (later !== undefined) {
      if (packetFate(fate).kind === 'delivered') this.#copies++;
      else this.#late++;
      return;
    }
    this.#packets++;
    const became = packetFate(fate);
    switch (became.kind) {
      case 'delivered':
        this.#delivered++;
        break;
      case 'unexplained':
        this.#unexplained++;
        break;
      default: {
        const by = became.kind === 'lost' ? this.#lost : this.#dropped;
        by[became.reason] = (by[became.reason] ?? 0) + 1;
      }
    }
  }

  counts(): Omit<PacketCounts, 'shortOf'> {
    return {
      packets: this.#packets,
      delivered: this.#delivered,
      dropped: this.#dropped,
      lost: this.#lost,
      unexplained: this.#unexplained,
      copies: this.#copies,
      late: this.#late,
      interfaces: Object.fromEntries(this.#names.map((name, i) => [name, this.#byInterface[i]!])),
    };
  }
}
