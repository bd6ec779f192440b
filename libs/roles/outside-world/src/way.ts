import type { Channel } from '@rehearsal/protocol';
import { nodeCode, PacketFrameWriter } from '@rehearsal/protocol';

/** One orchestrator, as a way into the fabric. */
export class Way {
  readonly index: number;
  readonly id: string;
  readonly code: number;
  readonly writer = new PacketFrameWriter();
  channel: Channel | undefined;
  /** `unknown` until it is heard for the first time; `dead` until it is heard again. */
  state: 'unknown' | 'alive' | 'dead' = 'unknown';
  /** Its own word: it belongs to the group and may let packets out. */
  ready = false;
  /** It was ready once in this life, so packets may be sent to it even while it is not. */
  wasReady = false;
  /** It was ready once in some life: from then on hosts send, whether anybody is there to take it or not. */
  everReady = false;
  /** Its channel gave up repeating: nothing more can be sent to this incarnation. */
  givenUp = false;

  constructor(index: number, id: string) {
    this.index = index;
    this.id = id;
    this.code = nodeCode('orchestrator', id);
  }

  /** Its own word. */
  heardReady(ready: boolean): void {
    this.ready = ready;
    this.wasReady ||= ready;
    this.everReady ||= ready;
  }

  /** It has begun a new life, and is no member of the group until it says so. */
  begunAnew(): void {
    this.ready = false;
    this.wasReady = false;
  }

  get usable(): boolean {
    return this.state === 'alive' && this.wasReady && !this.givenUp;
  }
}
