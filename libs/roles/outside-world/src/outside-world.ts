import type { Cancel, Command, CommandReply, Health, Role, Runtime } from '@rehearsal/kernel';
import { canonicalBytes } from '@rehearsal/kernel';
import { CaptureError } from '@rehearsal/packets';
import type { Channel, FrameHeader } from '@rehearsal/protocol';
import {
  channelOptions,
  ChannelHub,
  Detector,
  DETECTOR_ROUNDS,
  firstLife,
  FRAME,
  HEADER_WORDS,
  nextLife,
  nodeCode,
  PacketFrameReader,
  PROBE_SUBJECT,
} from '@rehearsal/protocol';
import {
  isTrafficCommand,
  MAX_MARKS,
  probeOrder,
  progressOf,
  readTrafficArgs,
  resolvePlan,
  TRAFFIC_COMMANDS,
} from '@rehearsal/traffic';
import { CaptureShelf } from './capture-shelf.js';
import { Capturing } from './capturing.js';
import type { OutsideWorldConfig } from './config.js';
import { Probing } from './probing.js';
import { Run, type RunLimits } from './run.js';
import { Settling } from './settling.js';
import { isProbeTag, TRAFFIC_TAG_BITS } from './tags.js';
import { Way } from './way.js';

const DEFAULT_ROWS = 500;

/**
 * The world around the fabric: clients and servers, captures, and the ledger. It sends packets to the
 * orchestrators and hears from them what became of each. It never reads the log: what it says of the
 * fabric is what hosts could say.
 */
export class OutsideWorldRole implements Role {
  private readonly rt: Runtime;
  private readonly config: OutsideWorldConfig;
  private readonly ways: readonly Way[];
  private readonly hub: ChannelHub;
  private readonly detector: Detector;
  private readonly beat = new Int32Array(HEADER_WORDS + 1);
  private readonly shelf: CaptureShelf;
  private readonly cancels: Cancel[] = [];
  private run: Run | undefined;
  private state: 'IDLE' | 'RUNNING' | 'DRAINING' | 'STOPPED' = 'IDLE';
  private ticking: Cancel | undefined;
  private rounding: Cancel | undefined;
  private rounds = 0;
  private readonly settling: Settling;
  private readonly capturing: Capturing | undefined;
  private readonly limits: RunLimits;
  private readonly probing: Probing;
  private readonly reader = new PacketFrameReader();

  constructor(rt: Runtime, config: OutsideWorldConfig) {
    const { settings } = config;
    this.rt = rt;
    this.config = config;
    this.ways = config.orchestrators.map((id, i) => new Way(i, id));
    this.detector = new Detector(settings, ({ code, reason }) => {
      const way = this.wayOf(code);
      if (way?.state === 'alive') this.wayDied(way, reason);
    });
    this.settling = new Settling(rt, () => this.run);
    this.limits = {
      get maxPackets() {
        return settings['batch.maxPackets'];
      },
      get windowFrames() {
        return settings['link.windowFrames'];
      },
    };
    this.probing = new Probing(rt, this.ways, this.limits);
    this.shelf = new CaptureShelf(config.captures ?? {});
    if (config.packetCapture !== undefined) this.capturing = new Capturing(rt, config.packetCapture);
    this.hub = new ChannelHub(
      rt,
      nodeCode('outside', rt.self.id),
      firstLife(rt.self.incarnation),
      channelOptions(settings),
      this,
    );
  }

  start(): void {
    this.hub.start();
    this.cancels.push(this.rt.onBus((state) => this.detector.onBus(state, this.rt.nowMs())));
    this.cancels.push(this.rt.answer(PROBE_SUBJECT, undefined, (body, reply) => reply(this.applications(body))));
    this.round();
  }

  health(): Health {
    const ways = this.ways.map((w) => ({ id: w.id, state: w.state, ready: w.ready }));
    return { ready: this.ways.some((w) => w.usable && w.ready), detail: { state: this.stateName(), ways } };
  }

  command(command: Command, done: (reply: CommandReply) => void): void {
    const { name, args } = command;
    if (!isTrafficCommand(name)) {
      refuse(done, `the outside world knows the commands ${Object.keys(TRAFFIC_COMMANDS).join(', ')}, not ${name}`);
      return;
    }
    const problem = readTrafficArgs(name, args);
    if (typeof problem === 'string') {
      refuse(done, problem);
      return;
    }
    this.obey(name, command, done);
  }

  stop(_deadlineMs: number, done: () => void): void {
    for (const cancel of this.cancels) cancel();
    this.rounding?.();
    this.stopTicking();
    this.probing.stop();
    this.settling.refuseAll('the outside world is being stopped');
    this.hub.stop();
    if (this.capturing === undefined) done();
    else this.capturing.end(done);
  }

  /** How applications have fared for as long as is asked, and probes; without traffic there are only these. */
  private applications(body: Uint8Array): Uint8Array {
    const asked = probeOrder.safeParse(JSON.parse(new TextDecoder().decode(body)));
    if (!asked.success) return canonicalBytes({ problem: `not an order to probe: ${asked.error.message}` });
    const { forMs } = asked.data;
    const seen = this.run?.applications(this.rt.nowMs(), forMs) ?? { forMs, services: [], longest: null };
    return canonicalBytes({ ...seen, ...this.probing.ask(asked.data) });
  }

  // What the channels bring.

  onHeard(code: number, incarnation: number): void {
    const way = this.wayOf(code);
    if (way === undefined) return;
    // A late word of a life that is over says nothing.
    if (this.hub.open(code, incarnation) === undefined) return;
    this.detector.watch(code, incarnation, this.rt.nowMs());
    this.detector.heard(code, incarnation, this.rt.nowMs());
    if (way.givenUp) this.beginAnew(way);
    if (way.state === 'alive') return;
    this.rt.note('info', 'orchestrator_heard', { orchestrator: way.id, incarnation, was: way.state });
    way.state = 'alive';
    this.refreshRouters();
  }

  onDatagram(header: FrameHeader, words: Int32Array): void {
    const way = this.wayOf(header.from);
    if (way === undefined || header.type !== FRAME.heartbeat) return;
    const ready = words[HEADER_WORDS] === 1;
    if (ready === way.ready) return;
    way.heardReady(ready);
    this.refreshRouters();
  }

  onFrame(type: number, words: Int32Array): void {
    if (type !== FRAME.emit) {
      this.rt.count('frames_unexpected', 1);
      return;
    }
    const { reader } = this;
    if (!reader.open(words)) {
      this.rt.count('frames_malformed', 1);
      return;
    }
    const nowMs = this.rt.nowMs();
    while (reader.next()) {
      if (isProbeTag(reader.id)) this.probing.hear(reader, words, nowMs);
      else this.run?.hear(reader, words, nowMs);
    }
    this.rt.count('packets_accounted', reader.count);
    this.settling.look();
  }

  onChannel(channel: Channel): void {
    const way = this.wayOf(channel.peerCode);
    if (way === undefined) return;
    way.channel = channel;
    way.givenUp = false;
    channel.onGivenUp = () => {
      way.givenUp = true;
      this.wayDied(way, 'given_up');
    };
  }

  /** The orchestrator has begun a new life; what it held in the old one is gone. */
  onEnded(channel: Channel): void {
    const way = this.wayOf(channel.peerCode);
    if (way === undefined) return;
    way.begunAnew();
    this.wayDied(way, 'replaced');
  }

  onUndeliverable(code: number): void {
    this.detector.socketLost(code, this.rt.nowMs());
  }

  // Commands.

  private obey(name: string, command: Command, done: (reply: CommandReply) => void): void {
    switch (name) {
      case 'start':
        this.begin(command.args['plan'], done);
        return;
      case 'status':
        done({ ok: true, body: this.status() });
        return;
    }
    const { run } = this;
    if (run === undefined) {
      refuse(done, `${name}: no traffic has been started; send start with a plan first`);
      return;
    }
    const nowMs = this.rt.nowMs();
    switch (name) {
      case 'stop':
        this.state = 'STOPPED';
        this.stopTicking();
        done({ ok: true, body: this.status() });
        break;
      case 'drain':
        if (this.state === 'RUNNING') this.state = 'DRAINING';
        run.source.drain(nowMs);
        this.settling.wait(command, done);
        break;
      case 'finish':
        this.settling.wait(command, done);
        break;
      case 'ledger':
        done({ ok: true, body: { ...run.summary(nowMs), ...this.probing.account() } });
        break;
      case 'progress':
        done({ ok: true, body: progressOf(run.ledger, nowMs) });
        break;
      case 'connections':
        this.reportConnections(run, command, done);
        break;
      case 'losses': {
        const { from = 0, count = DEFAULT_ROWS } = command.args as { from?: number; count?: number };
        done({ ok: true, body: run.losses(from, count) });
        break;
      }
      case 'pace':
        run.pace = Number(command.args['perMille']) / 1000;
        done({ ok: true, body: this.status() });
        break;
      case 'mark':
        this.mark(run, String(command.args['name']), done);
        break;
    }
  }

  private begin(input: unknown, done: (reply: CommandReply) => void): void {
    if (this.run !== undefined && this.state !== 'STOPPED' && !this.run.settled) {
      refuse(done, 'traffic is running already; drain or stop it first');
      return;
    }
    const reply = resolvePlan(input);
    if (!reply.ok) {
      refuse(done, reply.problems.join('; '));
      return;
    }
    try {
      const recordings = reply.plan.captures.map((c) => this.shelf.recording(c.name));
      const firstTag = this.run?.ledger.ring.nextTag ?? 1;
      const tags = { firstTag, tagBits: TRAFFIC_TAG_BITS };
      const nowMs = this.rt.nowMs();
      this.run = new Run(reply.plan, recordings, this.ways, this.limits, tags, nowMs, this.capturing?.packets);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof CaptureError)) throw error;
      refuse(done, error.message);
      return;
    }
    this.state = 'RUNNING';
    this.tick();
    const { layout } = this.run;
    const body = { connections: layout.connections, packets: layout.scriptPackets, durationMs: layout.durationMs };
    this.rt.note('info', 'traffic_started', body);
    done({ ok: true, body });
  }

  private mark(run: Run, name: string, done: (reply: CommandReply) => void): void {
    // The ledger's own mark at its start counts as one.
    if (run.ledger.marks.length > MAX_MARKS) {
      refuse(done, `mark ${name}: a run has at most ${MAX_MARKS} marks; start a new one`);
      return;
    }
    const { atMs, openCount } = run.ledger.mark(name, this.rt.nowMs());
    done({ ok: true, body: { name, atMs: Math.ceil(atMs), open: openCount } });
  }

  private reportConnections(run: Run, command: Command, done: (reply: CommandReply) => void): void {
    const args = command.args as { from?: number; count?: number; mark?: string };
    const mark = args.mark === undefined ? undefined : run.ledger.marks.findLast((m) => m.name === args.mark);
    if (args.mark !== undefined && mark === undefined) {
      const names = run.ledger.marks.map((m) => m.name).join(', ');
      refuse(done, `connections at mark: there is no mark ${args.mark}; there are: ${names}`);
      return;
    }
    const from = args.from ?? 0;
    const rows = run.rows(from, args.count ?? DEFAULT_ROWS, mark, this.rt.nowMs());
    done({ ok: true, body: { total: run.layout.connections, from, rows } });
  }

  private status(): Record<string, unknown> {
    const { run } = this;
    return {
      state: this.stateName(),
      ready: this.health().ready,
      connections: run?.ledger.openConnections ?? 0,
      connectionsTotal: run?.layout.connections ?? 0,
      packets: run?.ledger.totals() ?? null,
      packetsPlanned: run?.layout.scriptPackets ?? 0,
      queued: run?.queued ?? 0,
      lagMs: run?.lagMs ?? 0,
      pacePerMille: Math.round((run?.pace ?? 1) * 1000),
      pausedMs: Math.ceil(run?.pausedMs ?? 0),
      orchestrators: this.ways.map((w) => {
        return { id: w.id, state: w.state, ready: w.ready, queued: run?.router.lineOf(w).length ?? 0 };
      }),
    };
  }

  /** FINISHED: every script has come to its end and every packet is accounted for. */
  private stateName(): string {
    return this.state !== 'STOPPED' && this.run?.settled === true ? 'FINISHED' : this.state;
  }

  // Time.

  private readonly tick = (): void => {
    this.ticking = undefined;
    const { run } = this;
    if (run === undefined || this.state === 'STOPPED') return;
    const before = run.ledger.sent;
    run.tick(this.rt.nowMs());
    if (run.ledger.sent > before) this.rt.count('packets_sent', run.ledger.sent - before);
    this.settling.look();
    if (run.source.finished && run.queued === 0) return;
    this.ticking = this.rt.after(Math.max(1, this.config.settings['batch.coalesceMs']), this.tick);
  };

  private stopTicking(): void {
    this.ticking?.();
    this.ticking = undefined;
  }

  private readonly round = (): void => {
    const heartbeatMs = this.config.settings['ccp.heartbeatMs'];
    this.rounding = this.rt.after(heartbeatMs / DETECTOR_ROUNDS, this.round);
    this.detector.round(this.rt.nowMs());
    if (this.rounds++ % DETECTOR_ROUNDS !== 0) return;
    for (const way of this.ways) this.hub.datagram(way.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    if (this.run !== undefined) this.rt.count('connections_open_now', this.run.ledger.openConnections);
    this.capturing?.round();
  };

  private wayDied(way: Way, why: string): void {
    way.state = way.state === 'unknown' ? 'unknown' : 'dead';
    const lost = this.run?.wayDied(way, this.rt.nowMs()) ?? 0;
    this.probing.wayDied(way);
    this.rt.note('warn', 'orchestrator_dead', { orchestrator: way.id, why, packetsPresumedLost: lost });
    this.rt.count('orchestrators_dead', 1);
    this.settling.look();
  }

  /** A channel that gave up cannot be used again; with no other way left, this node begins a new life. */
  private beginAnew(way: Way): void {
    if (this.ways.some((w) => w !== way && w.usable)) return;
    this.hub.rebirth(nextLife(this.hub.incarnation));
    for (const other of this.ways) {
      other.channel = undefined;
      other.givenUp = false;
    }
    this.rt.note('warn', 'began_a_new_life', { orchestrator: way.id, incarnation: this.hub.incarnation });
  }

  private refreshRouters(): void {
    this.run?.router.refresh();
    this.probing.refreshRouters();
  }

  private wayOf(code: number): Way | undefined {
    return this.ways.find((w) => w.code === code);
  }
}

export function createOutsideWorld(rt: Runtime, config: OutsideWorldConfig): Role {
  return new OutsideWorldRole(rt, config);
}

function refuse(done: (reply: CommandReply) => void, reason: string): void {
  done({ ok: false, reason });
}
