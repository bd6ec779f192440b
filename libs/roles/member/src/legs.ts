import type { ConnectionTable, ForwardingEntries } from '@rehearsal/dataplane';
import { FORWARDING_WORDS, NONE } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { Channel } from '@rehearsal/protocol';
import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import type { DataplaneTable } from '@rehearsal/security-group';
import type { Awaited, PeerWay } from './peer-way.js';

/** In a frame: an id, then the forwarding entry. */
const RECORD_WORDS = 1 + FORWARDING_WORDS;
/** Words of one frame at most: some 60 KB, well under the bus's message limit. */
const FRAME_WORDS = 1500 * RECORD_WORDS;
const REFUSED = 1 << 31;
const ID_MASK = 0x7fff_ffff;

/** A forwarding entry that the first packet of its connection waits for. */
interface Asked {
  readonly id: number;
  readonly words: Int32Array;
  readonly awaited: Awaited;
  /** Member it was last sent to, under that table version. */
  target: number;
  version: number;
}

/** Words for a member whose entries are not backed up yet. */
interface Reply {
  readonly awaited: readonly Awaited[];
  readonly words: Map<Channel, number[]>;
  readonly own: Asked[];
}

export interface LegsParts {
  readonly rt: Runtime;
  readonly connections: ConnectionTable;
  readonly entries: ForwardingEntries;
  readonly me: number;
  /** fidelity: F-CORRECTION */
  readonly ackFirst: boolean;
  wayTo(member: number): PeerWay | undefined;
  memberOf(channel: Channel): number;
  serves(slot: number): boolean;
  table(): DataplaneTable | undefined;
  /** Something that packets waited for has come. */
  onSettled(): void;
}

/**
 * Forwarding entries: those this member's connections need at the slots their answers come in by, and those it
 * holds for others. Asking is answered once the entry is held and backed up. Answers to others wait for copies
 * alone, never for packets, so that two members can ask one another at once.
 */
export class Legs {
  private readonly asked = new Map<number, Asked>();
  private readonly outbox = new Map<number, number[]>();
  /** Awaited since the last `flush`. */
  private fresh: Awaited[] = [];
  private replies: Reply[] = [];
  private replying: Map<Channel, number[]> = new Map();
  private replyingOwn: Asked[] = [];
  /** By slot: entries that came before the slot could be served. */
  private readonly early = new Map<
    number,
    { channel: Channel | undefined; asked: Asked | undefined; words: Int32Array }[]
  >();
  /** Slots that have lost what they held in this life. */
  private readonly orphaned = new Set<number>();
  private nextId = 1;
  private readonly scratch = new Int32Array(FORWARDING_WORDS);
  private readonly parts: LegsParts;

  constructor(parts: LegsParts) {
    this.parts = parts;
    parts.connections.onTwoLegsEnd = (index) => this.withdraw(index);
  }

  /** Entries that are asked for and not held yet. */
  get waiting(): number {
    return this.asked.size;
  }

  /** Whether packets written since the last `flush` wait for an entry. */
  get isAsking(): boolean {
    return this.fresh.length > 0 || this.replyingOwn.length > 0;
  }

  /** Asks for the entries that the connection of two legs needs. */
  install(index: number): void {
    const { connections, entries } = this.parts;
    this.installOne(index, false);
    if (entries.cameInBy(index) !== connections.slotOf(index)) this.installOne(index, true);
  }

  private installOne(index: number, own: boolean): void {
    const words = new Int32Array(FORWARDING_WORDS);
    this.parts.entries.describe(index, own, false, words);
    const awaited: Awaited = { member: 0, linkSeq: 0, done: false };
    const asked: Asked = { id: this.nextId, words, awaited, target: 0, version: 0 };
    this.nextId = (this.nextId % ID_MASK) + 1;
    if (this.parts.ackFirst) this.fresh.push(awaited);
    this.asked.set(asked.id, asked);
    this.ask(asked);
  }

  /**
   * The answers' slots have lost what they held: whatever is at home here is asked for again, and what will be at home
   * here, once its slot is served: whoever served it until now may have been lost before it could ask.
   */
  reinstall(slots: ReadonlySet<number>): void {
    const { connections, serves } = this.parts;
    for (const slot of slots) this.orphaned.add(slot);
    for (let index = 0; index < connections.used; index++) {
      if (connections.isLive(index) && serves(connections.slotOf(index))) this.reinstallOne(index, slots);
    }
  }

  private reinstallOne(index: number, slots: ReadonlySet<number>): void {
    const { connections, entries } = this.parts;
    if (!connections.hasTwoLegs(index)) return;
    if (slots.has(connections.legSlotOf(index)) || slots.has(entries.cameInBy(index))) this.install(index);
  }

  /** Sends what is to be sent, with `copies` on which held entries depend; returns what packets wait for. */
  flush(copies: readonly Awaited[]): readonly Awaited[] {
    for (const [member, words] of this.outbox) {
      if (words.length === HEADER_WORDS) continue;
      const way = this.parts.wayTo(member);
      if (way !== undefined) sendInFrames(way, FRAME.legs, words, HEADER_WORDS);
      words.length = HEADER_WORDS;
    }
    if (this.replying.size > 0 || this.replyingOwn.length > 0) {
      this.replies.push({ awaited: copies, words: this.replying, own: this.replyingOwn });
      this.replying = new Map();
      this.replyingOwn = [];
    }
    this.release();
    const fresh = this.fresh;
    this.fresh = [];
    return fresh;
  }

  /** Answers what waits no more. */
  release(): void {
    let settled = false;
    while (this.replies.length > 0) {
      const reply = this.replies[0] as Reply;
      if (!reply.awaited.every((a) => a.done)) break;
      this.replies.shift();
      for (const [channel, ids] of reply.words) {
        const way = this.parts.wayTo(this.parts.memberOf(channel));
        if (way !== undefined) sendInFrames(way, FRAME.legsHeld, ids, 0);
      }
      for (const asked of reply.own) this.held(asked);
      settled ||= reply.own.length > 0;
    }
    if (settled) this.parts.onSettled();
  }

  /** Nothing waits for copies at this member any more. */
  forgetMember(member: number): void {
    for (const { awaited } of this.replies) for (const a of awaited) if (a.member === member) a.done = true;
    this.release();
  }

  /** Another member's words: entries to hold or to forget here. */
  onLegs(words: Int32Array, channel: Channel): void {
    for (let at = HEADER_WORDS; at + RECORD_WORDS <= words.length; at += RECORD_WORDS) {
      const id = words[at] as number;
      const record = words.subarray(at + 1, at + RECORD_WORDS);
      const slot = this.parts.entries.slotOf(record);
      const table = this.parts.table();
      if (table === undefined || table.active[slot] !== this.parts.me) {
        if (!this.parts.entries.isForget(record)) this.reply(channel, id | REFUSED);
      } else if (this.parts.serves(slot)) this.hold(channel, id, record);
      else this.keepEarly(slot, channel, undefined, words.slice(at, at + RECORD_WORDS));
    }
  }

  onHeld(words: Int32Array): void {
    let settled = false;
    for (let at = HEADER_WORDS; at < words.length; at++) {
      const word = words[at] as number;
      const asked = this.asked.get(word & ID_MASK);
      if (asked === undefined) continue;
      if ((word & REFUSED) === 0) {
        this.held(asked);
        settled = true;
      } else if (this.parts.table()?.version !== asked.version) this.ask(asked);
      // Else the other has folded what is still to come here: asked again with the table's next change.
      else asked.target = 0;
    }
    if (settled) this.parts.onSettled();
  }

  /** The table has changed: what was asked of others is asked of who serves now. */
  onTable(lost: readonly number[]): void {
    const table = this.parts.table();
    if (table === undefined) return;
    for (const member of lost) this.outbox.delete(member);
    for (const [slot, kept] of this.early) {
      if (table.active[slot] === this.parts.me) continue;
      this.early.delete(slot);
      for (const { channel, asked, words } of kept) {
        if (channel !== undefined) this.reply(channel, (words[0] as number) | REFUSED);
        if (asked !== undefined) asked.target = 0;
      }
    }
    for (const asked of this.asked.values()) {
      const active = table.active[this.parts.entries.slotOf(asked.words)] as number;
      if (asked.target !== active || lost.includes(asked.target)) this.ask(asked);
    }
  }

  /** The slot is served here from now on. */
  onServe(slot: number): void {
    const { connections } = this.parts;
    for (let i = connections.firstOf(slot); i !== NONE; i = connections.nextOf(i)) {
      // Whoever began it may have been lost before the other leg knew; once answers have come, it did know.
      if (connections.hasTwoLegs(i) && !connections.isAnswered(i)) this.install(i);
      else this.reinstallOne(i, this.orphaned);
    }
    const kept = this.early.get(slot);
    if (kept === undefined) return;
    this.early.delete(slot);
    for (const { channel, asked, words } of kept) {
      if (channel !== undefined) this.hold(channel, words[0] as number, words.subarray(1));
      else if (asked !== undefined) this.ask(asked);
    }
  }

  /** The peer's incarnation is over. */
  forgetChannel(channel: Channel): void {
    this.replying.delete(channel);
    for (const { words } of this.replies) words.delete(channel);
    for (const [slot, kept] of this.early) {
      this.early.set(
        slot,
        kept.filter((k) => k.channel !== channel),
      );
    }
  }

  clear(): void {
    this.asked.clear();
    this.outbox.clear();
    this.fresh = [];
    this.replies = [];
    this.replying = new Map();
    this.replyingOwn = [];
    this.early.clear();
    this.orphaned.clear();
  }

  private ask(asked: Asked): void {
    const table = this.parts.table();
    if (table === undefined) return;
    const slot = this.parts.entries.slotOf(asked.words);
    const active = table.active[slot] as number;
    asked.target = active;
    asked.version = table.version;
    if (active === this.parts.me) {
      if (!this.parts.serves(slot)) this.keepEarly(slot, undefined, asked, asked.words);
      else {
        this.applyHere(asked.words);
        this.replyingOwn.push(asked);
      }
    } else if (active === 0) {
      // Nobody answers by that slot; whoever serves it next is asked when the table says so.
      asked.awaited.done = true;
    } else {
      const words = this.outboxOf(active);
      words.push(asked.id, ...asked.words);
    }
  }

  /** Tells who holds entries for the connection to forget them. */
  withdraw(index: number): void {
    const { connections, entries } = this.parts;
    this.forgetOne(index, false);
    if (entries.cameInBy(index) !== connections.slotOf(index)) this.forgetOne(index, true);
  }

  private forgetOne(index: number, own: boolean): void {
    const { entries } = this.parts;
    entries.describe(index, own, true, this.scratch);
    const active = this.parts.table()?.active[entries.slotOf(this.scratch)] ?? 0;
    if (active === 0) return;
    if (active === this.parts.me) this.applyHere(this.scratch);
    else this.outboxOf(active).push(0, ...this.scratch);
  }

  private hold(channel: Channel, id: number, record: Int32Array): void {
    this.applyHere(record);
    if (!this.parts.entries.isForget(record)) this.reply(channel, id);
  }

  private applyHere(record: Int32Array): void {
    const { connections, entries, rt } = this.parts;
    // Without room the answers are dropped as out of state; the connection goes on one way.
    if (!entries.apply(record, connections.relative(rt.nowMs()))) rt.count('forwarding_entries_refused', 1);
  }

  private held(asked: Asked): void {
    this.asked.delete(asked.id);
    asked.awaited.done = true;
  }

  private keepEarly(slot: number, channel: Channel | undefined, asked: Asked | undefined, words: Int32Array): void {
    const kept = this.early.get(slot);
    const entry = { channel, asked, words };
    if (kept === undefined) this.early.set(slot, [entry]);
    else kept.push(entry);
  }

  private reply(channel: Channel, word: number): void {
    const ids = this.replying.get(channel);
    if (ids === undefined) this.replying.set(channel, [word]);
    else ids.push(word);
  }

  private outboxOf(member: number): number[] {
    let words = this.outbox.get(member);
    if (words === undefined) {
      words = Array.from({ length: HEADER_WORDS }, () => 0);
      this.outbox.set(member, words);
    }
    return words;
  }
}

/** Sends the words from `first` on, behind headers, in as many frames as it takes. */
function sendInFrames(way: Pick<PeerWay, 'send'>, type: number, words: readonly number[], first: number): void {
  for (let at = first; at < words.length; at += FRAME_WORDS) {
    const part = words.slice(at, at + FRAME_WORDS);
    const frame = new Int32Array(HEADER_WORDS + part.length);
    frame.set(part, HEADER_WORDS);
    way.send(type, frame, frame.length, undefined);
  }
}
