import type { Channel } from '@rehearsal/protocol';
import { FRAME, PacketFrameWriter } from '@rehearsal/protocol';
import type { Awaited } from './peer-way.js';

/** Answers that leave together once everything they depend on is acknowledged. */
interface Generation {
  readonly awaited: readonly Awaited[];
  readonly answers: { readonly channel: Channel; readonly words: Int32Array }[];
}

/**
 * Answers on their way to the orchestrators, in order. With strict sync they are held until the backups
 * have the state they stem from; a member that is lost meanwhile is no longer waited for.
 */
export class EgressHold {
  private readonly writers = new Map<Channel, PacketFrameWriter>();
  private queue: Generation[] = [];
  /** Answers that grew to a frame's full size before they were closed. */
  private full: Generation['answers'] = [];

  /** The answer under construction for an orchestrator. */
  writerFor(channel: Channel): PacketFrameWriter {
    let writer = this.writers.get(channel);
    if (writer === undefined) {
      writer = new PacketFrameWriter();
      this.writers.set(channel, writer);
    } else if (writer.full) {
      writer.finish();
      this.full.push({ channel, words: writer.words.slice(0, writer.at) });
      writer.reset();
    }
    return writer;
  }

  /** Closes the answers under construction; they leave when all of `awaited` is acknowledged. */
  close(awaited: readonly Awaited[]): void {
    const answers = this.full;
    this.full = [];
    for (const [channel, writer] of this.writers) {
      if (writer.count === 0) continue;
      writer.finish();
      if (
        awaited.length === 0 &&
        answers.length === 0 &&
        this.queue.length === 0 &&
        channel.send(FRAME.answer, writer.words, writer.at) !== 0
      ) {
        writer.reset();
        continue;
      }
      answers.push({ channel, words: writer.words.slice(0, writer.at) });
      writer.reset();
    }
    if (answers.length > 0 || (awaited.length > 0 && this.queue.length > 0)) this.queue.push({ awaited, answers });
    this.release();
  }

  /** Sends what waits no more. */
  readonly release = (): void => {
    while (this.queue.length > 0) {
      const { awaited, answers } = this.queue[0] as Generation;
      if (!awaited.every((a) => a.done)) return;
      while (answers.length > 0) {
        const { channel, words } = answers[0] as Generation['answers'][number];
        if (!this.live(channel)) {
          answers.shift();
          continue;
        }
        if (channel.send(FRAME.answer, words, words.length) === 0) return;
        answers.shift();
      }
      this.queue.shift();
    }
  };

  /** Nothing waits for this member any more. */
  forgetMember(member: number): void {
    for (const { awaited } of this.queue) for (const a of awaited) if (a.member === member) a.done = true;
    this.release();
  }

  /** The orchestrator's incarnation is over: nobody wants these answers. */
  forgetChannel(channel: Channel): void {
    this.writers.delete(channel);
    for (const generation of this.queue) {
      for (let i = generation.answers.length - 1; i >= 0; i--) {
        if ((generation.answers[i] as Generation['answers'][number]).channel === channel)
          generation.answers.splice(i, 1);
      }
    }
    this.release();
  }

  /** No answer is under construction or held back. */
  get isEmpty(): boolean {
    if (this.queue.length > 0 || this.full.length > 0) return false;
    for (const writer of this.writers.values()) if (writer.count > 0) return false;
    return true;
  }

  get waiting(): number {
    return this.queue.length;
  }

  clear(): void {
    this.writers.clear();
    this.queue = [];
    this.full = [];
  }

  private live(channel: Channel): boolean {
    return this.writers.has(channel);
  }
}
