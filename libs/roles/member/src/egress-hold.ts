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
 * Answers on their way to the orchestrators, to each in order. With strict sync they are held until the backups
 * have the state they stem from; a member that is lost meanwhile is no longer waited for. An orchestrator that
 * takes no more, for it is cut off, keeps only its own answers waiting.
 */
export class EgressHold {
  private readonly writers = new Map<Channel, PacketFrameWriter>();
  private queue: Generation[] = [];
  /** Answers that grew to a frame's full size before they were closed. */
  private full: Answer[] = [];
  /** Answers that wait for nothing but room on their way. */
  private readonly roomless = new Map<Channel, Answer[]>();
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
        !this.roomless.has(channel) &&
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
    for (const [channel, answers] of this.roomless) {
      while (answers.length > 0 && this.sent(answers[0] as Answer)) answers.shift();
      if (answers.length === 0) this.roomless.delete(channel);
    }
    while (this.queue.length > 0) {
      const { awaited, answers } = this.queue[0] as Generation;
      if (!awaited.every((a) => a.done)) return;
      this.queue.shift();
      for (const answer of answers) {
        const before = this.roomless.get(answer.channel);
        if (before !== undefined) before.push(answer);
        else if (!this.sent(answer)) this.roomless.set(answer.channel, [answer]);
      }
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
    this.roomless.delete(channel);
    for (const generation of this.queue) {
      for (let i = generation.answers.length - 1; i >= 0; i--) {
        if ((generation.answers[i] as Answer).channel === channel) generation.answers.splice(i, 1);
      }
    }
    this.release();
  }

  /** No answer is under construction or held back. */
  get isEmpty(): boolean {
    if (this.queue.length > 0 || this.full.length > 0 || this.roomless.size > 0) return false;
    for (const writer of this.writers.values()) if (writer.count > 0) return false;
    return true;
  }

  get waiting(): number {
    let waiting = this.queue.length;
    for (const answers of this.roomless.values()) waiting += answers.length;
    return waiting;
  }

  clear(): void {
    this.writers.clear();
    this.roomless.clear();
    this.queue = [];
    this.full = [];
  }

  private closed(channel: Channel, writer: PacketFrameWriter): Answer {
    const wordCount = writer.at;
    const words = writer.swap(this.spare.pop() ?? new Int32Array(BUFFER_WORDS));
    return { channel, words, wordCount };
  }

  /** Whether the answer has left, or nobody wants it any more. */
  private sent({ channel, words, wordCount }: Answer): boolean {
    if (this.writers.has(channel) && channel.send(FRAME.answer, words, wordCount) === 0) return false;
    if (this.spare.length < MAX_SPARE) this.spare.push(words);
    return true;
  }
}
