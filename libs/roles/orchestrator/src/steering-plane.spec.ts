import { describe, expect, it } from '@jest/globals';
import type { Runtime } from '@rehearsal/kernel';
import { resolveSettings } from '@rehearsal/kernel';
import type { ChannelHub } from '@rehearsal/protocol';
import { nodeId, PacketFrameReader, PacketFrameWriter, reasonName, REASONS } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { initialState } from '@rehearsal/security-group';
import type { Egress } from './egress.js';
import { SteeringPlane } from './steering-plane.js';

const SLOTS = 256;

/** A UDP packet of 32 bytes whose last word is `value`; all of them belong to one connection, so to one slot. */
function packet(value: number): Int32Array {
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

/** Every slot active at one member, member numbers from 1. */
function table(version: number, active: number, epoch: number, lost: number[] = []): SecurityGroupState {
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

function given(profile: 'vendor' | 'lossless', overrides: Record<string, unknown> = {}) {
  const settings = resolveSettings(profile, { 'dist.slots': SLOTS, ...overrides });
  const log: string[] = [];
  const left: string[] = [];
  let turnEnds: (() => void)[] = [];
  let nowMs = 1000;
  const rt = {
    self: { id: '1_1' },
    nowMs: () => nowMs,
    atTurnEnd: (run: () => void) => turnEnds.push(run),
    count: () => {},
  } as unknown as Runtime;
  const reader = new PacketFrameReader();
  const hub = {
    open: (code: number) => ({
      send: (_type: number, words: Int32Array, count: number) => {
        reader.open(words.slice(0, count));
        while (reader.next()) log.push(`${nodeId(code)} #${reader.id} =${reader.words[reader.packetAt + 7]}`);
        return 1;
      },
    }),
  } as unknown as ChannelHub;
  const egress = {
    deliver: (tag: number) => left.push(`${tag} delivered`),
    name: (tag: number, _side: number, reason: number) => left.push(`${tag} ${reasonName(reason)}`),
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
    left,
    plane,
    at: (ms: number) => (nowMs = ms),
    /** Packets arrive with these tags, one frame. */
    arrive: (...tags: number[]) => {
      const writer = new PacketFrameWriter();
      for (const tag of tags) writer.add(tag, 32, 0, 0, 0, packet(tag), 0);
      writer.finish();
      plane.onPackets(writer.words.slice(0, writer.at));
      endTurn();
    },
    /** A member answers: packet number to code, 0 is delivered. */
    answer: (codes: Record<number, number>) => {
      const writer = new PacketFrameWriter();
      for (const [number, code] of Object.entries(codes)) {
        if (code === 0) writer.add(Number(number), 32, 0, 0, 1, packet(0), 0);
        else writer.addBare(Number(number), 0, code, 1);
      }
      writer.finish();
      plane.onAnswer(writer.words.slice(0, writer.at));
      endTurn();
    },
    table: (state: SecurityGroupState) => {
      plane.onTable(state);
      endTurn();
    },
  };
}

describe('the steering plane', () => {
  it('hands a slot over without letting newer packets pass older ones', () => {
    const { log, left, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12);
    fold(table(6, 2, 6));
    arrive(13);
    expect(log).toEqual(['1_01 #1 =11', '1_01 #2 =12']);
    answer({ 1: 0 });
    expect(log).toHaveLength(2);
    answer({ 2: REASONS.nack });
    expect(log.slice(2)).toEqual(['1_02 #2 =12', '1_02 #3 =13']);
    answer({ 2: 0, 3: 0 });
    expect(left).toEqual(['11 delivered', '12 delivered', '13 delivered']);
  });

  it('waits for the old member even when the slot comes back to it under a newer epoch', () => {
    const { log, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11);
    fold(table(6, 2, 6));
    fold(table(7, 1, 7));
    arrive(12);
    expect(log).toEqual(['1_01 #1 =11']);
    answer({ 1: REASONS.nack });
    expect(log.slice(1)).toEqual(['1_01 #1 =11', '1_01 #2 =12']);
  });

  it('sends what a lost member did not answer to the new active, in order and under the same numbers', () => {
    const { log, left, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11, 12, 13);
    answer({ 1: 0 });
    fold(table(6, 2, 6, [1]));
    arrive(14);
    expect(log.slice(3)).toEqual(['1_02 #2 =12', '1_02 #3 =13', '1_02 #4 =14']);
    answer({ 2: 0, 3: 0, 4: 0 });
    expect(left).toEqual(['11 delivered', '12 delivered', '13 delivered', '14 delivered']);
  });

  it('names what a lost member did not answer where nothing is sent again', () => {
    const { log, left, at, arrive, table: fold, plane } = given('vendor');
    fold(table(5, 1, 5));
    arrive(11);
    at(1500);
    for (const member of plane.members) member.lastHeardMs = 1400;
    arrive(12);
    fold(table(6, 2, 6, [1]));
    expect(log).toHaveLength(2);
    expect(left).toEqual(['11 lost_in_member', '12 dead_window']);
  });

  it('drops packets by name when the last member is lost', () => {
    const { left, arrive, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(11);
    fold(table(6, 0, 6, [1, 2]));
    arrive(12);
    expect(left).toEqual(['11 no_active_member', '12 no_active_member']);
  });

  it('lets a packet leave once however often it is answered, and twice with de-duplication off', () => {
    for (const dedup of [true, false]) {
      const { left, arrive, answer, table: fold } = given('lossless', { 'egress.dedup': dedup });
      fold(table(5, 1, 5));
      arrive(11);
      answer({ 1: 0 });
      answer({ 1: 0 });
      expect(left).toHaveLength(dedup ? 1 : 2);
    }
  });

  it('names packets that find no room', () => {
    const { left, arrive, table: fold } = given('lossless', { 'hold.maxPackets': 1 });
    fold(table(5, 1, 5));
    for (let tag = 1; tag <= 1100; tag++) arrive(tag);
    expect(left).toContain('1100 hold_overflow');
    expect(left).not.toContain('1 hold_overflow');
  });
});
