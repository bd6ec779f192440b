import type { Runtime, Settings } from '@rehearsal/kernel';
import type { Channel, ChannelHub } from '@rehearsal/protocol';
import { FRAME, nodeCode, PacketFrameWriter } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';

/** What is known of one member, and what is on its way to it. */
export interface MemberWay {
  /** From 1 on, in the order of the plan. */
  readonly number: number;
  readonly id: string;
  readonly code: number;
  incarnation: number;
  active: boolean;
  lastHeardMs: number;
  readonly writer: PacketFrameWriter;
  /** Batches the channel had no room for, oldest first; they go when the member acknowledges, or with the member. */
  kept: KeptBatch[];
}

/** A batch, and the table version its packets were steered by: its member refuses what that is too old for. */
interface KeptBatch {
  readonly words: Int32Array;
  readonly tableVersion: number;
}

/** The ways to all members, in order of their numbers: packets go in batches, at the end of a turn or once full. */
export class MemberWays {
  readonly all: readonly MemberWay[];
  private flushQueued = false;
  private readonly rt: Runtime;
  private readonly hub: ChannelHub;
  private readonly settings: Pick<Settings, 'batch.maxPackets'>;
  private readonly onUnreachable: (code: number) => void;

  constructor(
    rt: Runtime,
    hub: ChannelHub,
    members: readonly { readonly id: string }[],
    settings: Pick<Settings, 'batch.maxPackets'>,
    onUnreachable: (code: number) => void,
  ) {
    this.rt = rt;
    this.hub = hub;
    this.settings = settings;
    this.onUnreachable = onUnreachable;
    this.all = members.map((m, i) => ({
      number: i + 1,
      id: m.id,
      code: nodeCode('member', m.id),
      incarnation: 0,
      active: false,
      lastHeardMs: 0,
      writer: new PacketFrameWriter(),
      kept: [],
    }));
  }

  byCode(code: number): MemberWay | undefined {
    return this.all.find((way) => way.code === code);
  }

  /** A channel to a member has begun: what found no room goes when there is some. */
  adopt(channel: Channel): void {
    const m = this.all.findIndex((way) => way.code === channel.peerCode);
    channel.onAcked = () => this.sendKept(m, channel);
    channel.onGivenUp = () => this.onUnreachable(channel.peerCode);
  }

  /** Takes who is active from the folded state; `onLost` hears of each incarnation that is over, before it is. */
  onTable(state: SecurityGroupState, onLost: (member: number, drained: boolean) => void): void {
    for (let m = 0; m < this.all.length; m++) {
      const way = this.all[m] as MemberWay;
      const now = state.members[m];
      if (now === undefined) continue;
      const alive = now.status === 'active';
      if (way.active && (!alive || now.incarnation !== way.incarnation)) onLost(m + 1, !alive && now.drained);
      if (alive && (!way.active || now.incarnation !== way.incarnation)) way.lastHeardMs = this.rt.nowMs();
      way.active = alive;
      way.incarnation = now.incarnation;
    }
  }

  /** Writes a packet for a member; `meta` holds its length, and from bit 16 on its side and flags. */
  write(member: number, number: number, meta: number, slot: number, words: Int32Array, at: number): void {
    const { writer } = this.all[member - 1] as MemberWay;
    writer.add(number, meta & 0xffff, meta >>> 16, 0, slot, words, at);
  }

  /** To be called once a packet that was written is noted as outstanding. */
  flushFull(member: number): void {
    const { writer } = this.all[member - 1] as MemberWay;
    if (writer.full || writer.count >= this.settings['batch.maxPackets']) this.flushMember(member - 1);
  }

  /** What has been written goes at the end of this turn. */
  queueFlush(): void {
    if (this.flushQueued) return;
    this.flushQueued = true;
    this.rt.atTurnEnd(this.flush);
  }

  /** Sends what has been written. */
  readonly flush = (): void => {
    this.flushQueued = false;
    for (let m = 0; m < this.all.length; m++) this.flushMember(m);
  };

  /** Drops what is on its way to a member. */
  drop(way: MemberWay): void {
    way.writer.reset();
    way.kept = [];
  }

  clear(): void {
    for (const way of this.all) this.drop(way);
  }

  private flushMember(m: number): void {
    const way = this.all[m] as MemberWay;
    const { writer } = way;
    if (writer.count === 0) return;
    const channel = way.active ? this.hub.open(way.code, way.incarnation) : undefined;
    writer.finish();
    if (way.kept.length > 0 || channel === undefined || channel.send(FRAME.batch, writer.words, writer.at) === 0) {
      way.kept.push({ words: writer.words.slice(0, writer.at), tableVersion: this.hub.tableVersion });
      this.rt.count('batches_kept_back', 1);
    }
    writer.reset();
  }

  private sendKept(m: number, channel: Channel): void {
    const way = this.all[m] as MemberWay;
    let sent = 0;
    for (const { words, tableVersion } of way.kept) {
      if (channel.send(FRAME.batch, words, words.length, tableVersion) === 0) break;
      sent++;
    }
    if (sent > 0) way.kept.splice(0, sent);
  }
}
