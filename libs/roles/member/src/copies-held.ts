import type { ConnectionTable } from '@rehearsal/dataplane';
import { DeltaReader } from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import type { Channel, ChannelHub } from '@rehearsal/protocol';
import { HEADER_WORDS } from '@rehearsal/protocol';
import { CopyReports } from './copy-reports.js';
import type { Duties } from './duties.js';
import { DUTY } from './duties.js';
import type { Peers } from './peers.js';
import { applyDelta } from './replication.js';

export interface CopiesHeldParts {
  readonly rt: Runtime;
  readonly hub: ChannelHub;
  readonly securityGroup: string;
  readonly me: number;
  readonly connections: ConnectionTable;
  readonly duties: Duties;
  readonly peers: Peers;
}

/** Copies of slots that others serve, as their members send them; the sync coordinator hears of each in full. */
export class CopiesHeld {
  private readonly reader: DeltaReader;
  private readonly reports: CopyReports;
  private readonly parts: CopiesHeldParts;

  constructor(parts: CopiesHeldParts) {
    this.parts = parts;
    this.reader = new DeltaReader(parts.connections);
    this.reports = new CopyReports(parts.rt, parts.securityGroup);
  }

  /** Changes of connections, and slots to be forgotten before a copy begins. */
  onDelta(words: Int32Array, channel: Channel): void {
    const { connections, duties, peers, rt } = this.parts;
    const { duty, table } = duties;
    const from = peers.memberOf(channel);
    if (table === undefined || from === 0) return;
    const lives = table.incarnation[from] === channel.peerIncarnation;
    // What a lost member had sent in time counts until its successor serves; a copy for anybody else is its successor's
    // to make, and one that has not heard of its loss would begin it anew and never end it.
    const accepts = (slot: number): boolean =>
      duty[slot] === DUTY.waiting ||
      ((duty[slot] === DUTY.backup || duty[slot] === DUTY.joining) && lives && table.active[slot] === from);
    applyDelta(words, connections, this.reader, accepts, (id, n) => rt.count(id, n));
  }

  /** A part of a copy is all here. */
  onCopied(words: Int32Array, channel: Channel): void {
    const { rt, hub, me } = this.parts;
    const { table } = this.parts.duties;
    const slots = Array.from(words.subarray(HEADER_WORDS + 3)).filter((slot) => table?.joining[slot] === me);
    if (slots.length === 0) return;
    const { incarnation } = hub;
    this.reports.progress(incarnation, words[HEADER_WORDS + 1] as number, words[HEADER_WORDS + 2] as number);
    this.reports.tell({
      member: rt.self.id,
      incarnation,
      active: channel.peerId,
      activeIncarnation: channel.peerIncarnation,
      version: words[HEADER_WORDS] as number,
      slots,
      connections: words[HEADER_WORDS + 1] as number,
    });
  }

  /** What was not told yet is of a life that is over. */
  clear(): void {
    this.reports.clear();
  }
}
