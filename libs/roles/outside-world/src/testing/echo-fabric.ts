import type { CommandReply, Lane, Runtime, Settings } from '@rehearsal/kernel';
import { resolveSettings } from '@rehearsal/kernel';
import { VirtualTime } from '@rehearsal/kernel/testing';
import type { Channel, ChannelHandlers, FrameHeader } from '@rehearsal/protocol';
import {
  ChannelHub,
  firstLife,
  FRAME,
  HEADER_WORDS,
  nodeCode,
  PacketFrameReader,
  PacketFrameWriter,
  REASONS,
  RECORD_FLAG,
} from '@rehearsal/protocol';
import { createOutsideWorld, type OutsideWorldConfig } from '../index.js';
import type { EchoNat } from './echo-nat.js';

const HOP_MS = 0.5;

/** A process can die, and it can hang: then what reaches it waits until it wakes. */
class Process {
  alive = true;
  private hung = false;
  private backlog: (() => void)[] = [];

  hang(): void {
    this.hung = true;
  }

  resume(): void {
    this.hung = false;
    for (const run of this.backlog.splice(0)) run();
  }

  do(run: () => void): void {
    if (this.hung) this.backlog.push(run);
    else run();
  }
}

/** A bus under a virtual clock: each message takes half a millisecond; a hung process hears nothing until it wakes. */
export class EchoFabric {
  readonly time = new VirtualTime();
  readonly settings: Settings;
  readonly counts = new Map<string, number>();
  readonly notes: string[] = [];
  readonly role;
  readonly orchestrators: Map<string, EchoOrchestrator>;
  /** The process of the outside world itself. */
  readonly outside = new Process();
  /** What becomes of a packet: 0 is delivered, another number the reason it is not. */
  fate: (tag: number, orchestrator: string) => number = () => 0;
  /** Translates what passes; a packet it knows nothing of is dropped. */
  nat: EchoNat | undefined;
  /** Changes a packet that is on its way out, `words` from its first word. */
  tamper: (tag: number, words: Int32Array) => void = () => {};
  /** Which packets come out marked as answered by another member. */
  corrects: (tag: number) => boolean = () => false;
  private readonly listeners = new Map<string, { process: Process; on: (bytes: Uint8Array) => void }>();
  private readonly answers = new Map<string, (body: Uint8Array, reply: (body: Uint8Array) => void) => void>();
  private readonly turnEnds: (() => void)[] = [];

  constructor(
    options: {
      profile?: 'vendor' | 'lossless';
      orchestrators?: readonly string[];
      captures?: Record<string, Uint8Array>;
      overrides?: Record<string, unknown>;
      packetCapture?: OutsideWorldConfig['packetCapture'];
    } = {},
  ) {
    const ids = options.orchestrators ?? ['1_1', '1_2'];
    this.settings = resolveSettings(options.profile ?? 'lossless', options.overrides);
    this.orchestrators = new Map(ids.map((id) => [id, new EchoOrchestrator(this, id, 1)]));
    this.role = createOutsideWorld(this.runtime(this.outside, 'outside-world', 'outside', 1), {
      settings: this.settings,
      securityGroup: 'SG1',
      members: [],
      orchestrators: ids,
      build: 'build',
      ...(options.captures === undefined ? {} : { captures: options.captures }),
      ...(options.packetCapture === undefined ? {} : { packetCapture: options.packetCapture }),
    });
    this.role.start();
  }

  run(ms: number): void {
    this.time.advance(ms);
  }

  /** The answer to a command that must come within `withinMs`. */
  ask(name: string, args: Record<string, unknown> = {}, withinMs = 0): CommandReply {
    let answer: CommandReply | undefined;
    this.role.command({ id: name, name, args }, (reply) => {
      answer = reply;
    });
    this.turnEnd();
    this.time.runUntil(() => answer !== undefined, withinMs);
    return answer as CommandReply;
  }

  /** What is answered to a question at a subject. */
  question(at: string, asked: unknown): unknown {
    let said: unknown;
    this.answers.get(at)?.(new TextEncoder().encode(JSON.stringify(asked)), (body) => {
      said = JSON.parse(new TextDecoder().decode(body));
    });
    return said;
  }

  /** As `ask`, for commands that are not refused. */
  tell(name: string, args: Record<string, unknown> = {}, withinMs = 0): Record<string, never> {
    const reply = this.ask(name, args, withinMs);
    if (!reply.ok) throw new Error(reply.reason);
    return reply.body as Record<string, never>;
  }

  orchestrator(id: string): EchoOrchestrator {
    return this.orchestrators.get(id) as EchoOrchestrator;
  }

  /** Ends the process; its subject has no listener from now on. */
  kill(id: string): void {
    this.orchestrator(id).process.alive = false;
  }

  restart(id: string): void {
    this.orchestrators.set(id, new EchoOrchestrator(this, id, this.orchestrator(id).incarnation + 1));
  }

  runtime(process: Process, role: string, id: string, incarnation: number): Runtime {
    const lane = (to: string, options: { onUndeliverable?: () => void }): Lane => ({
      take: (bytes) => new Uint8Array(bytes),
      send: (bytes) => {
        this.time.after(HOP_MS, () => {
          const receiver = this.listeners.get(to);
          if (receiver?.process.alive === true) receiver.process.do(() => receiver.on(bytes));
          else this.time.after(HOP_MS, () => process.alive && options.onUndeliverable?.());
          this.turnEnd();
        });
        return true;
      },
    });
    const runtime = {
      self: { fabric: 'test', site: 1, role, id, incarnation },
      nowMs: this.time.nowMs,
      after: (delayMs: number, run: () => void) =>
        this.time.after(delayMs, () => {
          if (process.alive) process.do(run);
          this.turnEnd();
        }),
      atTurnEnd: (run: () => void) => this.turnEnds.push(run),
      lane,
      answer: (at: string, _group: undefined, on: (body: Uint8Array, reply: (body: Uint8Array) => void) => void) => {
        this.answers.set(at, on);
        return () => this.answers.delete(at);
      },
      listen: (at: string, on: (bytes: Uint8Array) => void) => {
        this.listeners.set(at, { process, on });
        return () => this.listeners.delete(at);
      },
      onBus: () => () => {},
      count: (id: string, n: number) => this.counts.set(id, (this.counts.get(id) ?? 0) + n),
      note: (_level: string, code: string) => this.notes.push(code),
    };
    // The rest of the port is not for roles without a log.
    return runtime as unknown as Runtime;
  }

  private turnEnd(): void {
    for (let run = this.turnEnds.shift(); run !== undefined; run = this.turnEnds.shift()) run();
  }
}

/** Answers each packet at once with the verdict the test asks for. */
export class EchoOrchestrator implements ChannelHandlers {
  readonly process = new Process();
  readonly incarnation: number;
  /** Tags in the order they came. */
  readonly taken: number[] = [];
  frames = 0;
  ready = true;
  private readonly fabric: EchoFabric;
  private readonly id: string;
  private readonly hub: ChannelHub;
  private readonly reader = new PacketFrameReader();
  private readonly writer = new PacketFrameWriter();
  private readonly outside = nodeCode('outside', 'outside');

  constructor(fabric: EchoFabric, id: string, incarnation: number) {
    this.fabric = fabric;
    this.id = id;
    this.incarnation = incarnation;
    const rt = fabric.runtime(this.process, 'orchestrator', id, incarnation);
    const { settings } = fabric;
    this.hub = new ChannelHub(
      rt,
      nodeCode('orchestrator', id),
      firstLife(incarnation),
      {
        retransmitMs: settings['link.retransmitMs'],
        maxRetries: settings['link.maxRetries'],
        windowFrames: settings['link.windowFrames'],
        maxInFlightBytes: 2 ** 24,
        dropDuplicates: true,
      },
      this,
    );
    this.hub.start();
    const beat = (): void => {
      rt.after(settings['ccp.heartbeatMs'], beat);
      this.beat();
    };
    rt.after(10, beat);
  }

  onDatagram(header: FrameHeader): void {
    this.hub.open(header.from, header.fromIncarnation);
  }

  onUndeliverable(): void {}

  onFrame(_type: number, words: Int32Array, channel: Channel): void {
    const { reader, writer, fabric } = this;
    this.frames++;
    reader.open(words);
    writer.reset();
    while (reader.next()) {
      this.taken.push(reader.id);
      const fate = fabric.fate(reader.id, this.id);
      if (fate === 0) this.passOn(words);
      else if (fate > 0) writer.addBare(reader.id, reader.side, fate, 0);
    }
    writer.finish();
    if (writer.count > 0) channel.send(FRAME.emit, writer.words, writer.at);
  }

  private passOn(words: Int32Array): void {
    const { reader, writer, fabric } = this;
    const packet = words.slice(reader.packetAt, reader.packetAt + ((reader.lenBytes + 3) >> 2));
    if (fabric.nat !== undefined && !fabric.nat.translate(packet, reader.lenBytes, reader.side)) {
      writer.addBare(reader.id, reader.side, REASONS.out_of_state, 0);
      return;
    }
    fabric.tamper(reader.id, packet);
    const recordAt = writer.at;
    writer.add(reader.id, reader.lenBytes, 1 - reader.side, 0, 0, packet, 0);
    if (fabric.corrects(reader.id)) writer.words[recordAt + 1] |= RECORD_FLAG.corrected << 17;
  }

  /** Says of packets whatever the test wants to be said. */
  say(tag: number, code: number): void {
    this.writer.reset();
    this.writer.addBare(tag, 0, code, 0);
    this.writer.finish();
    this.hub.find(this.outside)?.send(FRAME.emit, this.writer.words, this.writer.at);
  }

  /** A sign of life, as it sends one each heartbeat. */
  beat(): void {
    const words = new Int32Array(HEADER_WORDS + 1);
    words[HEADER_WORDS] = this.ready ? 1 : 0;
    this.hub.datagram(this.outside, FRAME.heartbeat, words, HEADER_WORDS + 1);
  }
}
