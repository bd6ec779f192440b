import type { Channel } from '@rehearsal/protocol';
import { FRAME, PacketFrameWriter } from '@rehearsal/protocol';
import type { Awaited } from './peer-way.js';

/** Answers that leave together once everything they depend on is acknowledged. */
interface Generation {
  readonly awaited: readonly Awaited[];
  readonly answers: Answer[];
}

/** A frame in a buffer of the hold's own, `words[0 … wordCount)`. */
interface Answer {
  readonly channel: Channel;
  readonly words: Int32Array;
  readonly wordCount: number;
}

const BUFFER_WORDS = 4096;
/** So many buffers wait to be used again; more than that is a backlog, and memory to give back. */
const MAX_SPARE = 16;

/**
 * Answers on their way to the orchestrators, in order. With strict sync they are held until the backups
 * have the state they stem from; a member that is lost meanwhile is no longer waited for.
 */
export class EgressHold {
  private readonly writers = new Map<Channel, PacketFrameWriter>();
  private queue: Generation[] = [];
  /** Answers that grew to a frame's full size before they were closed. */
  private full: Answer[] = [];
  /** Buffers of answers that have left, for those to come. */
  private readonly spare: Int32Array[] = [];

  /** The answer under construction for an orchestrator. */
  writerFor(channel: Channel): PacketFrameWriter {
    let writer = this.writers.get(channel);
    if (writer === undefined) {
      writer = new PacketFrameWriter();
      this.writers.set(channel, writer);
    } else if (writer.full) {
      this.full.push(this.closed(channel, writer));
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
      answers.push(this.closed(channel, writer));
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
        const { channel, words, wordCount } = answers[0] as Answer;
        if (this.live(channel) && channel.send(FRAME.answer, words, wordCount) === 0) return;
        answers.shift();
        if (this.spare.length < MAX_SPARE) this.spare.push(words);
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
        if ((generation.answers[i] as Answer).channel === channel) generation.answers.splice(i, 1);
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

  private closed(channel: Channel, writer: PacketFrameWriter): Answer {
    const wordCount = writer.at;
    const words = writer.swap(this.spare.pop() ?? new Int32Array(BUFFER_WORDS));
    return { channel, words, wordCount };
  }

  private live(channel: Channel): boolean {
    return this.writers.has(channel);
  }
}
