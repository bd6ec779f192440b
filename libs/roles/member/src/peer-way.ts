import type { Channel } from '@rehearsal/protocol';

/** What must be acknowledged before packets that depend on it may leave. */
export interface Awaited {
  readonly member: number;
  /** Link sequence, once the frame has been handed to the channel. */
  linkSeq: number;
  /** It is waited for no more: the peer has it, or is gone. */
  done: boolean;
  /** The peer has it. */
  acked?: boolean;
}

interface Kept {
  readonly type: number;
  readonly words: Int32Array;
  /** The table version it was written under. */
  readonly tableVersion: number;
  readonly awaited: Awaited | undefined;
}

/** The way to one member: frames in order, kept here while the channel has no room. */
export class PeerWay {
  private kept: Kept[] = [];
  private readonly awaiting: Awaited[] = [];
  private readonly channel: Channel;
  private readonly onSettled: () => void;

  constructor(channel: Channel, onSettled: () => void) {
    this.channel = channel;
    this.onSettled = onSettled;
    channel.onAcked = (acked) => this.onAcked(acked);
  }

  get incarnation(): number {
    return this.channel.peerIncarnation;
  }

  /** Frames that have no room in the channel yet. */
  get keptFrames(): number {
    return this.kept.length;
  }

  /** The peer has handled everything that was sent to it. */
  get settled(): boolean {
    return this.kept.length === 0 && this.channel.inFlight === 0;
  }

  send(type: number, words: Int32Array, wordCount: number, awaited: Awaited | undefined): void {
    if (this.kept.length > 0) {
      this.keep(type, words, wordCount, awaited);
      return;
    }
    const linkSeq = this.channel.send(type, words, wordCount);
    if (linkSeq === 0) this.keep(type, words, wordCount, awaited);
    else this.note(awaited, linkSeq);
  }

  /** The peer is gone: nothing waits for it any more. */
  end(): void {
    for (const awaited of this.awaiting) awaited.done = true;
    for (const { awaited } of this.kept) if (awaited !== undefined) awaited.done = true;
    this.awaiting.length = 0;
    this.kept = [];
  }

  private onAcked(acked: number): void {
    let settled = 0;
    while (settled < this.awaiting.length && (this.awaiting[settled] as Awaited).linkSeq <= acked) {
      const awaited = this.awaiting[settled++] as Awaited;
      awaited.acked = true;
      awaited.done = true;
    }
    if (settled > 0) this.awaiting.splice(0, settled);
    while (this.kept.length > 0) {
      const { type, words, tableVersion, awaited } = this.kept[0] as Kept;
      const linkSeq = this.channel.send(type, words, words.length, tableVersion);
      if (linkSeq === 0) break;
      this.kept.shift();
      this.note(awaited, linkSeq);
    }
    this.onSettled();
  }

  private keep(type: number, words: Int32Array, wordCount: number, awaited: Awaited | undefined): void {
    this.kept.push({ type, words: words.slice(0, wordCount), tableVersion: this.channel.tableVersion, awaited });
  }

  private note(awaited: Awaited | undefined, linkSeq: number): void {
    if (awaited === undefined) return;
    awaited.linkSeq = linkSeq;
    this.awaiting.push(awaited);
  }
}
