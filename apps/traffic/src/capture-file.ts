import { closeSync, fstatSync, openSync, write } from 'node:fs';
import type { CaptureSink } from '@rehearsal/outside-world-role';
import { BadInput } from '@rehearsal/service';

/** What may wait to be written. More is refused, so that a slow disk holds up no packet. */
const MOST_WAITING_BYTES = 8 << 20;

/** The file of a packet capture, written behind the process's back; what an earlier process captured stays in it. */
export class CaptureFile implements CaptureSink {
  readonly heldBytes: number;
  readonly #file: number;
  readonly #mostWaitingBytes: number;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isBroken = false;
  #onWritten: (() => void) | undefined;

  /** Throws BadInput where the file cannot be opened. */
  constructor(path: string, mostWaitingBytes: number = MOST_WAITING_BYTES) {
    try {
      this.#file = openSync(path, 'a');
      this.heldBytes = fstatSync(this.#file).size;
    } catch (cause) {
      throw new BadInput(`packetCapture: ${path} cannot be written: ${(cause as Error).message}`, { cause });
    }
    this.#mostWaitingBytes = mostWaitingBytes;
  }

  write(words: Int32Array): boolean {
    if (this.#isBroken || this.#waitingBytes + words.byteLength > this.#mostWaitingBytes) return false;
    this.#add(words);
    return true;
  }

  end(words: Int32Array, done: () => void): void {
    if (!this.#isBroken) this.#add(words);
    this.#onWritten = () => {
      closeSync(this.#file);
      done();
    };
    this.#next();
  }

  #add(words: Int32Array): void {
    this.#waiting.push(new Uint8Array(words.buffer.slice(words.byteOffset, words.byteOffset + words.byteLength)));
    this.#waitingBytes += words.byteLength;
    this.#next();
  }

  #next(): void {
    if (this.#isWriting) return;
    const chunk = this.#waiting[0];
    if (chunk === undefined || this.#isBroken) {
      this.#onWritten?.();
      this.#onWritten = undefined;
      return;
    }
    this.#isWriting = true;
    write(this.#file, chunk, 0, chunk.length, null, (error, written) => {
      this.#isWriting = false;
      if (error !== null) this.#isBroken = true;
      else {
        this.#waitingBytes -= written;
        if (written === chunk.length) this.#waiting.shift();
        else this.#waiting[0] = chunk.subarray(written);
      }
      this.#next();
    });
  }
}
