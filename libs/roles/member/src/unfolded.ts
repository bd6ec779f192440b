import type { Channel } from '@rehearsal/protocol';
import { HEADER_WORDS } from '@rehearsal/protocol';

/** Frames that speak of a table version not folded here yet, in order, one queue a channel. */
export class Unfolded {
  private readonly frames = new Map<Channel, { type: number; words: Int32Array }[]>();

  /** Keeps the frame if it, or one before it on the same channel, is ahead of `version`. */
  keep(channel: Channel, type: number, words: Int32Array, version: number): boolean {
    const queue = this.frames.get(channel);
    if (queue === undefined && tableVersionOf(words) <= version) return false;
    const kept = { type, words: new Int32Array(words) };
    if (queue === undefined) this.frames.set(channel, [kept]);
    else queue.push(kept);
    return true;
  }

  /** Hands on what `version` has caught up with. */
  replay(version: number, handle: (type: number, words: Int32Array, channel: Channel) => void): void {
    for (const [channel, queue] of this.frames) {
      let done = 0;
      while (done < queue.length) {
        const frame = queue[done] as { type: number; words: Int32Array };
        if (tableVersionOf(frame.words) > version) break;
        done++;
        handle(frame.type, frame.words, channel);
      }
      queue.splice(0, done);
      if (queue.length === 0) this.frames.delete(channel);
    }
  }

  forgetChannel(channel: Channel): void {
    this.frames.delete(channel);
  }

  clear(): void {
    this.frames.clear();
  }
}

/** Word 5 of the header. */
export function tableVersionOf(words: Int32Array): number {
  return words[HEADER_WORDS - 3] as number;
}
