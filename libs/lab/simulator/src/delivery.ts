import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import { Item, type SimProcess } from './sim-process.js';
import type { SimLane } from './sim-lane.js';

/** Who hears messages at a subject. */
export interface Subscription {
  readonly subject: string;
  readonly process: SimProcess;
  readonly incarnation: number;
  readonly group: string | undefined;
  /** For `listen`. */
  readonly on: ((bytes: Uint8Array) => void) | undefined;
  /** For `answer`. */
  readonly answer: ((body: Uint8Array, reply: (body: Uint8Array) => void) => void) | undefined;
}

/** A message on its way from a lane. */
export class Delivery extends Item {
  readonly sender: SimProcess;
  readonly senderIncarnation: number;
  readonly lane: SimLane;
  /** What travels; the sender has given it away. */
  readonly given: Uint8Array;
  /** Sum of the bytes at `send`, to see that they stay as they were; 0 of messages that are not watched. */
  readonly sum: number;
  readonly busEpoch: number;
  /** Its place among all that was ever sent. */
  number = 0;
  /** Sent, and never to arrive. */
  lost = false;
  to: Subscription | undefined;

  constructor(sender: SimProcess, lane: SimLane, given: Uint8Array, sum: number, busEpoch: number) {
    super();
    this.sender = sender;
    this.senderIncarnation = sender.incarnation;
    this.lane = lane;
    this.given = given;
    this.sum = sum;
    this.busEpoch = busEpoch;
    this.bytes = given.length;
  }

  /** The same message once more; a lane counts its bytes only once. */
  again(): Delivery {
    const { sender, lane, given, sum, busEpoch } = this;
    const other = new Delivery(sender, lane, given, sum, busEpoch);
    other.bytes = 0;
    return other;
  }

  happen(): void {
    this.lane.network.arrive(this);
  }

  handle(process: SimProcess): void {
    const { on, incarnation } = this.to!;
    if (incarnation !== process.incarnation) return;
    const { world } = process;
    const packets = packetsIn(this.given);
    if (packets > 0) process.spend(packets * world.options.cpuNsPerPacket);
    if (this.sum === 0) return on!(this.given);
    // Each hearing reads a copy that is spoilt after: who keeps it or writes to it is found out.
    const heard = world.scratch(this.given);
    on!(heard);
    if (sumOf(heard) !== this.sum) world.fail(`${process.name} changed a message it heard at ${this.to!.subject}`);
    heard.fill(0xdb);
  }
}

/** A sum that any one changed byte changes; never 0. */
export function sumOf(bytes: Uint8Array): number {
  let sum = bytes.length;
  const wholeWords = (bytes.byteOffset & 3) === 0 ? bytes.length >> 2 : 0;
  const words = new Int32Array(bytes.buffer, wholeWords === 0 ? 0 : bytes.byteOffset, wholeWords);
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i]!, 0x01000193);
  for (let i = words.length * 4; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum | 0 || 1;
}

/** Packets that a frame carries or judges, as far as the frame says so itself. */
export function packetsIn(bytes: Uint8Array): number {
  if (bytes.length < (HEADER_WORDS + 1) * 4 || (bytes.byteOffset & 3) !== 0) return 0;
  const type = bytes[0]!;
  if (type !== FRAME.packets && type !== FRAME.emit && type !== FRAME.batch && type !== FRAME.answer) return 0;
  const at = HEADER_WORDS * 4;
  return bytes[at]! | (bytes[at + 1]! << 8);
}
