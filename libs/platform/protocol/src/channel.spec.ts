import { describe, expect, it } from '@jest/globals';
import type { Runtime } from '@rehearsal/kernel';
import * as fc from 'fast-check';
import { nodeCode } from './address.js';
import type { Channel } from './channel.js';
import type { ChannelOptions } from './channel-hub.js';
import { ChannelHub } from './channel-hub.js';
import { FRAME, HEADER_WORDS } from './frames.js';

const A = nodeCode('member', '1_01');
const B = nodeCode('member', '1_02');
const OPTIONS: ChannelOptions = {
  retransmitMs: 100,
  maxRetries: 50,
  windowFrames: 64,
  maxInFlightBytes: 1 << 20,
  dropDuplicates: true,
};

/** Two nodes and the messages between them, which the test lets through, loses, repeats or reorders. */
class Wire {
  nowMs = 0;
  readonly flying: { to: string; bytes: Uint8Array }[] = [];
  readonly given = new Set<Uint8Array>();
  repeated = 0;
  private readonly listeners = new Map<string, (bytes: Uint8Array) => void>();
  private turnEnds: (() => void)[] = [];
  private timers: { atMs: number; run: () => void }[] = [];

  runtime(): Runtime {
    return {
      nowMs: () => this.nowMs,
      lane: (to: string) => ({
        take: (bytes: number) => new Uint8Array(bytes),
        send: (bytes: Uint8Array) => {
          this.flying.push({ to, bytes: bytes.slice() });
          return true;
        },
        // As if they were used again at once: whoever still sends them sends nonsense.
        give: (bytes: Uint8Array) => {
          if (this.given.has(bytes)) throw new Error('given twice');
          this.given.add(bytes);
          bytes.fill(0xff);
        },
      }),
      listen: (at: string, on: (bytes: Uint8Array) => void) => {
        this.listeners.set(at, on);
        return () => this.listeners.delete(at);
      },
      onBus: () => () => {},
      atTurnEnd: (run: () => void) => this.turnEnds.push(run),
      after: (delayMs: number, run: () => void) => {
        const timer = { atMs: this.nowMs + delayMs, run };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((t) => t !== timer);
        };
      },
      count: (id: string, n: number) => {
        if (id === 'link_frames_retransmitted') this.repeated += n;
      },
    } as unknown as Runtime;
  }

  deliver(index: number, keep: boolean): void {
    const message = this.flying[index];
    if (message === undefined) return;
    if (!keep) this.flying.splice(index, 1);
    this.listeners.get(message.to)?.(message.bytes.slice());
    this.endTurn();
  }

  endTurn(): void {
    for (const run of this.turnEnds.splice(0)) run();
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.timers.filter((t) => t.atMs <= this.nowMs)) {
      this.timers = this.timers.filter((t) => t !== timer);
      timer.run();
    }
    this.endTurn();
  }

  /** Lets everything through, with as much time as it takes. */
  settle(rounds = 200): void {
    for (let i = 0; i < rounds; i++) {
      while (this.flying.length > 0) this.deliver(0, false);
      this.pass(50);
    }
  }
}

function hub(wire: Wire, code: number, incarnation: number, got: number[], options = OPTIONS): ChannelHub {
  const made = new ChannelHub(wire.runtime(), code, incarnation, options, {
    onFrame: (_type, words) => got.push(words[HEADER_WORDS] as number),
    onDatagram: () => {},
    onUndeliverable: () => {},
  });
  made.start();
  return made;
}

function send(channel: Channel | undefined, value: number): number {
  const words = new Int32Array(HEADER_WORDS + 1);
  words[HEADER_WORDS] = value;
  return channel?.send(FRAME.delta, words, words.length) ?? 0;
}

const hazards = fc.array(
  fc.record({
    what: fc.constantFrom('send' as const, 'deliver' as const, 'repeat' as const, 'lose' as const, 'pass' as const),
    at: fc.nat(7),
  }),
  { maxLength: 120 },
);

function play(wire: Wire, channel: Channel | undefined, steps: readonly { what: string; at: number }[]): number {
  let sent = 0;
  for (const { what, at } of steps) {
    const index = at % Math.max(1, wire.flying.length);
    if (what === 'send' && send(channel, sent + 1) !== 0) sent++;
    else if (what === 'deliver') wire.deliver(index, false);
    else if (what === 'repeat') wire.deliver(index, true);
    else if (what === 'lose') wire.flying.splice(index, 1);
    else if (what === 'pass') wire.pass(30);
  }
  return sent;
}

describe('a channel', () => {
  it('delivers every frame once and in order over a wire that loses, repeats and reorders', () => {
    fc.assert(
      fc.property(hazards, (steps) => {
        const wire = new Wire();
        const got: number[] = [];
        const a = hub(wire, A, 1, []);
        hub(wire, B, 1, got);
        const channel = a.open(B, 1);
        const sent = play(wire, channel, steps);
        wire.settle();
        expect(got).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
        expect(channel?.acked).toBe(sent);
        expect(channel?.inFlight).toBe(0);
      }),
    );
  });

  it('delivers a repeated frame again when de-duplication is off, which the property above would notice', () => {
    const wire = new Wire();
    const got: number[] = [];
    const a = hub(wire, A, 1, []);
    hub(wire, B, 1, got, { ...OPTIONS, dropDuplicates: false });
    send(a.open(B, 1), 7);
    wire.deliver(0, true);
    wire.deliver(0, false);
    expect(got).toEqual([7, 7]);
  });

  it('acknowledges a frame only after it was handled', () => {
    const wire = new Wire();
    const a = hub(wire, A, 1, []);
    hub(wire, B, 1, []);
    const channel = a.open(B, 1);
    send(channel, 1);
    expect(channel?.acked).toBe(0);
    wire.settle();
    expect(channel?.acked).toBe(1);
  });

  it('gives its lane back what has been acknowledged, and what needs no acknowledgement', () => {
    const wire = new Wire();
    const a = hub(wire, A, 1, []);
    hub(wire, B, 1, []);
    const channel = a.open(B, 1);
    for (let i = 1; i <= 3; i++) send(channel, i);
    expect(wire.given.size).toBe(0);
    wire.settle();
    // Three frames and their acknowledgements: prompt ones, one for each.
    expect(wire.given.size).toBe(6);
    a.datagram(B, FRAME.heartbeat, new Int32Array(HEADER_WORDS), HEADER_WORDS);
    expect(wire.given.size).toBe(7);
  });

  it('learns how long acknowledgements take, and repeats nothing that is only slow', () => {
    const wire = new Wire();
    const got: number[] = [];
    const a = hub(wire, A, 1, []);
    hub(wire, B, 1, got);
    const channel = a.open(B, 1);
    /** A frame a round; each message is under way for five steps of 60 ms, there as well as back. */
    const rounds = (from: number, to: number): number => {
      const before = wire.repeated;
      for (let value = from; value < to; value++) {
        send(channel, value);
        for (const _way of ['there', 'back']) {
          for (let step = 0; step < 5; step++) wire.pass(60);
          for (let under = wire.flying.length; under > 0; under--) wire.deliver(0, false);
        }
      }
      return wire.repeated - before;
    };
    expect(rounds(1, 6)).toBeGreaterThan(0);
    expect(rounds(6, 12)).toBe(0);
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    // What is lost is repeated all the same.
    send(channel, 12);
    wire.flying.length = 0;
    wire.settle(100);
    expect(got.at(-1)).toBe(12);
  });

  it('keeps what the window has no room for with the sender', () => {
    const wire = new Wire();
    const a = hub(wire, A, 1, []);
    const channel = a.open(B, 1);
    for (let i = 1; i <= OPTIONS.windowFrames; i++) expect(send(channel, i)).toBe(i);
    expect(send(channel, OPTIONS.windowFrames + 1)).toBe(0);
  });

  it('says the table version a frame was written under: that of now, unless the frame was kept', () => {
    const wire = new Wire();
    const a = hub(wire, A, 1, []);
    const channel = a.open(B, 1);
    a.tableVersion = 7;
    send(channel, 1);
    channel?.send(FRAME.delta, new Int32Array(HEADER_WORDS), HEADER_WORDS, 5);
    const versions = wire.flying.map(({ bytes }) => new DataView(bytes.buffer, bytes.byteOffset).getInt32(5 * 4, true));
    expect(versions).toEqual([7, 5]);
  });

  it('hands nothing meant for one incarnation to another', () => {
    const wire = new Wire();
    const got: number[] = [];
    const a = hub(wire, A, 1, []);
    hub(wire, B, 2, got);
    send(a.open(B, 1), 1);
    wire.settle(5);
    expect(got).toEqual([]);
  });

  it('ends with a newer incarnation of the peer, and refuses to go back to the older one', () => {
    const wire = new Wire();
    const a = hub(wire, A, 1, []);
    const older = a.open(B, 1);
    expect(a.open(B, 2)).not.toBe(older);
    expect(a.open(B, 1)).toBeUndefined();
    expect(send(older, 1)).toBe(0);
  });

  it('gives up after all retries and says so', () => {
    const wire = new Wire();
    const a = hub(wire, A, 1, [], { ...OPTIONS, maxRetries: 2 });
    const channel = a.open(B, 1);
    let givenUp = 0;
    if (channel !== undefined) channel.onGivenUp = () => givenUp++;
    send(channel, 1);
    for (let i = 0; i < 100; i++) {
      wire.flying.length = 0;
      wire.pass(50);
    }
    expect(givenUp).toBe(1);
    expect(send(channel, 2)).toBe(0);
  });
});
