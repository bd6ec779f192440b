import type { Runtime } from '@rehearsal/kernel';
import { resolveSettings } from '@rehearsal/kernel';
import type { Channel, ChannelHub } from '@rehearsal/protocol';
import {
  homeOfAux,
  memberOfAux,
  nodeId,
  PacketFrameReader,
  PacketFrameWriter,
  reasonName,
  RECORD_FLAG,
} from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { initialState } from '@rehearsal/security-group';
import type { Egress } from '../egress.js';
import { SteeringPlane } from '../steering-plane.js';

const SLOTS = 256;

/** A UDP packet of 32 bytes whose last word is `value`; all of them belong to one connection, so to one slot. */
export function packet(value: number): Int32Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, 32);
  view.setUint8(9, 17);
  view.setUint32(12, 0x0a010101);
  view.setUint32(16, 0xcb007101);
  view.setUint16(20, 40_000);
  view.setUint16(22, 53);
  view.setUint16(24, 12);
  view.setUint32(28, value, true);
  return new Int32Array(bytes.buffer);
}

/** What arrives: a tag, and the bytes where they are not those of `packet(tag)`. */
export type Arrival = number | readonly [tag: number, words: Int32Array, lenBytes: number];

/** Every slot active at one member, member numbers from 1. */
export function table(version: number, active: number, epoch: number, lost: number[] = []): SecurityGroupState {
  const fill = (n: number): number[] => Array.from({ length: SLOTS }, () => n);
  return {
    ...initialState,
    version,
    members: ['1_01', '1_02'].map((id, i) => ({
      id,
      weight: 1,
      incarnation: 100,
      status: lost.includes(i + 1) ? ('out' as const) : ('active' as const),
      joinedAt: 1,
      lostAt: 0,
      admin: 'up' as const,
      drained: false,
      problems: [],
    })),
    active: fill(active),
    backup: fill(0),
    joining: fill(0),
    joiningSince: fill(0),
    epoch: fill(epoch),
  };
}

/** A plane between a hub and an egress that note what they are given. */
export function given(profile: 'vendor' | 'lossless', overrides: Record<string, unknown> = {}) {
  const settings = resolveSettings(profile, { 'dist.slots': SLOTS, ...overrides });
  const log: string[] = [];
  const versions: number[] = [];
  const left: string[] = [];
  let turnEnds: (() => void)[] = [];
  let nowMs = 1000;
  let room = Number.POSITIVE_INFINITY;
  const rt = {
    self: { id: '1_1' },
    nowMs: () => nowMs,
    atTurnEnd: (run: () => void) => turnEnds.push(run),
    count: () => {},
  } as unknown as Runtime;
  const reader = new PacketFrameReader();
  const channels = new Map<number, Channel>();
  const channelTo = (code: number): Channel => {
    const channel = {
      peerCode: code,
      send: (_type: number, words: Int32Array, count: number, tableVersion = hub.tableVersion) => {
        if (room === 0) return 0;
        room--;
        versions.push(tableVersion);
        reader.open(words.slice(0, count));
        while (reader.next()) {
          const isLater = (reader.flags & RECORD_FLAG.laterFragment) !== 0;
          const ports = isLater ? ` ports ${reader.words[reader.packetAt]}` : '';
          const at = reader.packetAt + (isLater ? 1 : 0);
          log.push(`${nodeId(code)} #${reader.id} =${reader.words[at + 7]}${ports}`);
        }
        return 1;
      },
    } as unknown as Channel;
    channels.set(code, channel);
    plane.ways.adopt(channel);
    return channel;
  };
  const hub = {
    tableVersion: 0,
    open: (code: number) => channels.get(code) ?? channelTo(code),
  } as unknown as ChannelHub;
  const said: string[] = [];
  const note = (tag: number, sideAndFlags: number, aux: number): void => {
    const flags = sideAndFlags >>> 1;
    const home = homeOfAux(aux) === 0 ? '' : ` home ${homeOfAux(aux)}`;
    const anew = (flags & RECORD_FLAG.resteered) === 0 ? '' : ' re-steered';
    said.push(`${tag} by ${memberOfAux(aux)}${home}${anew}`);
  };
  const egress = {
    deliver: (tag: number, _lenBytes: number, side: number, aux: number) => {
      left.push(`${tag} delivered`);
      note(tag, side, aux);
    },
    name: (tag: number, side: number, reason: number, aux: number) => {
      left.push(`${tag} ${reasonName(reason)}`);
      note(tag, side, aux);
    },
  } as unknown as Egress;
  const plane = new SteeringPlane(
    rt,
    hub,
    {
      settings,
      securityGroup: 'SG1',
      members: [
        { id: '1_01', weight: 1 },
        { id: '1_02', weight: 1 },
      ],
      orchestrators: ['1_1'],
      interfaces: { inside: 'general', outside: 'general' },
      build: '',
    },
    egress,
    () => {},
  );
  const endTurn = (): void => {
    while (turnEnds.length > 0) {
      const runs = turnEnds;
      turnEnds = [];
      for (const run of runs) run();
    }
  };
  return {
    log,
    /** Of the table, one a batch: what stands in its header. */
    versions,
    /** So many batches find room from now on; those that found none go first. */
    room: (batches: number) => {
      room = batches;
      for (const channel of channels.values()) channel.onAcked?.(0);
    },
    left,
    /** Of each packet that left: which member had it, which one judged it as its home, and whether it was steered again. */
    said,
    plane,
    at: (ms: number) => (nowMs = ms),
    /** Packets arrive with these tags, one frame. */
    arrive: (...arrivals: Arrival[]) => {
      const writer = new PacketFrameWriter();
      for (const arrival of arrivals) {
        if (typeof arrival === 'number') writer.add(arrival, 32, 0, 0, 0, packet(arrival), 0);
        else writer.add(arrival[0], arrival[2], 0, 0, 0, arrival[1], 0);
      }
      writer.finish();
      plane.onPackets(writer.words.slice(0, writer.at));
      endTurn();
    },
    /** A member answers: packet number to code, 0 is delivered. */
    answer: (codes: Record<number, number>, member: number = 1) => {
      const writer = new PacketFrameWriter();
      for (const [number, code] of Object.entries(codes)) {
        if (code === 0) writer.add(Number(number), 32, 0, 0, 1, packet(0), 0);
        else writer.addBare(Number(number), 0, code, 1);
      }
      writer.finish();
      plane.onAnswer(writer.words.slice(0, writer.at), member);
      endTurn();
    },
    /** A member answers for the home slot, served under this epoch there: packet numbers. */
    answerFromHome: (home: number, epoch: number, ...numbers: number[]) => {
      const writer = new PacketFrameWriter();
      const head = Int32Array.of(home, epoch);
      const sideAndFlags = RECORD_FLAG.corrected << 1;
      for (const number of numbers) writer.addHeaded(number, 40, sideAndFlags, 0, 1, head, 2, packet(0), 0);
      writer.finish();
      plane.onAnswer(writer.words.slice(0, writer.at), 1);
      endTurn();
    },
    table: (state: SecurityGroupState) => {
      plane.onTable(state);
      endTurn();
    },
  };
}
