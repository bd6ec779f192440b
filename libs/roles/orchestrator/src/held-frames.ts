import { PacketFrameReader } from '@rehearsal/protocol';

/** Frames of packets as they came, while nothing may be steered: in order, up to a number of packets. */
export class HeldFrames {
  /** Packets in them. */
  packets = 0;
  private frames: Int32Array[] = [];
  private readonly reader = new PacketFrameReader();
  private readonly maxPackets: number;
  private readonly refuse: (tag: number, side: number) => void;

  /** `refuse` names a packet there is no room for. */
  constructor(maxPackets: number, refuse: (tag: number, side: number) => void) {
    this.maxPackets = maxPackets;
    this.refuse = refuse;
  }

  /** Keeps a copy of the frame; false for one that is none. A frame that does not fit whole is refused whole. */
  hold(words: Int32Array): boolean {
    const { reader } = this;
    if (!reader.open(words)) return false;
    let count = 0;
    while (reader.next()) count++;
    if (this.packets + count <= this.maxPackets) {
      this.packets += count;
      this.frames.push(new Int32Array(words));
      return true;
    }
    reader.open(words);
    while (reader.next()) this.refuse(reader.id, reader.side);
    return true;
  }

  /** Gives back all frames, oldest first. */
  release(take: (words: Int32Array) => void): void {
    const { frames } = this;
    this.clear();
    for (const words of frames) take(words);
  }

  clear(): void {
    this.frames = [];
    this.packets = 0;
  }
}
