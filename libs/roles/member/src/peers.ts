import type { Channel, ChannelHub } from '@rehearsal/protocol';
import { nodeCode } from '@rehearsal/protocol';
import type { DataplaneTable, SecurityGroupState } from '@rehearsal/security-group';
import { activeMembers, memberNumber, memberOf } from '@rehearsal/security-group';
import { PeerWay } from './peer-way.js';

export interface PeersParts {
  readonly hub: ChannelHub;
  /** Ids, in the order by which packets name them. */
  readonly orchestrators: readonly string[];
  readonly me: number;
  state(): SecurityGroupState;
  table(): DataplaneTable | undefined;
  /** Something that was sent has been acknowledged. */
  onSettled(): void;
}

/** Who is at the other end of a channel, and the way to each: members by number, orchestrators by place. */
export class Peers {
  private readonly ways = new Map<number, PeerWay>();
  private readonly parts: PeersParts;

  constructor(parts: PeersParts) {
    this.parts = parts;
  }

  /** The way to the incarnation of a member that the table knows; undefined when it is gone, or never was. */
  wayTo(member: number): PeerWay | undefined {
    const known = this.ways.get(member);
    if (known !== undefined) return known;
    const { hub, onSettled } = this.parts;
    const incarnation = this.parts.table()?.incarnation[member] ?? 0;
    if (incarnation === 0) return undefined;
    const channel = hub.open(nodeCode('member', memberOf(this.parts.state(), member)), incarnation);
    if (channel === undefined) return undefined;
    const way = new PeerWay(channel, onSettled);
    this.ways.set(member, way);
    return way;
  }

  /** The channel to that incarnation of an orchestrator, if it is the one that is connected. */
  channelTo(orchestrator: number, incarnation: number): Channel | undefined {
    const { hub, orchestrators } = this.parts;
    const channel = hub.find(nodeCode('orchestrator', orchestrators[orchestrator] as string));
    return channel?.peerIncarnation === incarnation ? channel : undefined;
  }

  /** Number of the member that speaks; 0: of nobody in the group. */
  memberOf(channel: Channel): number {
    return memberNumber(this.parts.state(), channel.peerId);
  }

  /** Place of the orchestrator that speaks; −1: not one of this fabric. */
  orchestratorOf(channel: Channel): number {
    return this.parts.orchestrators.indexOf(channel.peerId);
  }

  /** Channels to incarnations of orchestrators that the log says are over. */
  lostOrchestrators(): readonly Channel[] {
    const { hub } = this.parts;
    return this.parts.state().orchestrators.flatMap(({ id, status, incarnation }) => {
      const channel = hub.find(nodeCode('orchestrator', id));
      const isOver = channel !== undefined && channel.peerIncarnation < incarnation + (status === 'active' ? 0 : 1);
      return isOver ? [channel] : [];
    });
  }

  /** Numbers of the other members that are active. */
  others(): readonly number[] {
    return activeMembers(this.parts.state()).filter((member) => member !== this.parts.me);
  }

  /** The other members have handled everything that was sent to them. */
  get othersSettled(): boolean {
    for (const way of this.ways.values()) if (!way.settled) return false;
    return true;
  }

  /** Every peer has handled everything that was sent to it. */
  get settled(): boolean {
    if (!this.othersSettled) return false;
    const { hub } = this.parts;
    return this.parts.state().orchestrators.every(({ id, status, incarnation }) => {
      const channel = hub.find(nodeCode('orchestrator', id));
      // One to an incarnation that is over will never be settled, and nobody waits for what is in it.
      return status !== 'active' || channel?.peerIncarnation !== incarnation || channel.inFlight === 0;
    });
  }

  /** Ends the ways to incarnations that `table` does not know any more. */
  onTable(table: DataplaneTable): void {
    for (const [member, way] of this.ways) {
      if (table.incarnation[member] === way.incarnation) continue;
      way.end();
      this.ways.delete(member);
    }
  }

  clear(): void {
    for (const way of this.ways.values()) way.end();
    this.ways.clear();
  }
}
