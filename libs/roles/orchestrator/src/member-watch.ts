import type { Decider, DeciderReply, Runtime } from '@rehearsal/kernel';
import type { FrameHeader, MemberBeat } from '@rehearsal/protocol';
import { BEAT, hashWords, nodeCode, nodeId, readMemberBeat } from '@rehearsal/protocol';
import type {
  Heard,
  Member,
  SecurityGroupEvent,
  SecurityGroupInput,
  SecurityGroupState,
} from '@rehearsal/security-group';
import { isDetached, isFit, memberNumber, pnoteMask, pnoteNames } from '@rehearsal/security-group';
import { LoadWatch } from './load-watch.js';

type Group = Decider<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
type Told = Readonly<Record<string, unknown>> & { readonly type: SecurityGroupInput['type']; readonly member?: string };

/** The last word of a member. */
interface Word {
  readonly incarnation: number;
  readonly atMs: number;
  readonly beat: MemberBeat;
}

const SAYS = ['init', 'ready', 'active', 'stopped', 'failed'] as const;
const LOAD_EVERY_MS = 1000;

/**
 * What members say of themselves once a heartbeat, as inputs to the group: that one asks in, has a problem,
 * stops, has lost its data plane, is under load, has drained, or is ready for a policy. Each is
 * said again until the group's state shows it.
 */
export class MemberWatch {
  private readonly words = new Map<number, Word>();
  /** Inputs on their way, by what and of whom. */
  private readonly submitted = new Set<string>();
  private readonly loadAtMs = new Map<number, number>();
  private readonly loadWatch = new LoadWatch();
  private meanAtMs = 0;
  private readonly rt: Runtime;
  private readonly group: Group;
  private readonly newId: (what: string) => string;
  private readonly onNewer: (code: number) => void;
  private readonly freshMs: () => number;

  /** `onNewer`: a newer incarnation than the active one spoke. `freshMs`: after this a word counts for nothing. */
  constructor(
    rt: Runtime,
    group: Group,
    parts: { newId(what: string): string; onNewer(code: number): void; freshMs(): number },
  ) {
    this.rt = rt;
    this.group = group;
    this.newId = parts.newId;
    this.onNewer = parts.onNewer;
    this.freshMs = () => parts.freshMs();
  }

  onBeat(header: FrameHeader, words: Int32Array): void {
    const beat = readMemberBeat(words);
    const state = this.group.state;
    const code = header.from;
    const known = state.members[memberNumber(state, nodeId(code)) - 1];
    if (beat === undefined || known === undefined) return;
    const incarnation = header.fromIncarnation;
    if (incarnation < (this.words.get(code)?.incarnation ?? 0)) return;
    this.words.set(code, { incarnation, atMs: this.rt.nowMs(), beat });
    if (incarnation < known.incarnation || isDetached(known)) return;
    if (known.status !== 'active') {
      if (beat.state === BEAT.ready) this.onReady(known, header, beat);
    } else if (known.incarnation !== incarnation) {
      // A newer incarnation speaks, so the active one is gone, whatever the newer one's state.
      this.onNewer(code);
    } else {
      this.onActive(known, header, beat);
    }
  }

  /** Connections a member last said it serves. */
  connectionsOf(code: number, incarnation: number): number | undefined {
    const word = this.words.get(code);
    return word === undefined || word.incarnation !== incarnation ? undefined : word.beat.connections;
  }

  /** What a member says of itself, while it is heard at all. */
  heard(member: Member): Heard | undefined {
    const word = this.words.get(nodeCode('member', member.id));
    if (word === undefined || this.rt.nowMs() - word.atMs > this.freshMs()) return undefined;
    const { culThresholdPercent } = this.group.state.rules;
    return {
      says: SAYS[word.beat.state],
      problems: word.beat.problems !== 0,
      loaded: culThresholdPercent > 0 && word.beat.cpuPercent > culThresholdPercent,
    };
  }

  everHeard(member: Member): boolean {
    return member.incarnation > 0 || this.words.has(nodeCode('member', member.id));
  }

  private onReady(member: Member, header: FrameHeader, beat: MemberBeat): void {
    if (member.admin === 'down') return;
    const problems = pnoteNames(beat.problems);
    if (problems.length > 0 && this.group.state.members.some(isFit)) return;
    this.tell({
      type: 'memberSeen',
      member: member.id,
      incarnation: header.fromIncarnation,
      orchestrator: this.rt.self.id,
      version: header.tableVersion,
      ...(problems.length === 0 ? {} : { problems }),
      ...(beat.rank === 0 ? {} : { rank: beat.rank, mixes: beat.mixes }),
      evidence: {},
    });
  }

  private onActive(member: Member, header: FrameHeader, beat: MemberBeat): void {
    const { id } = member;
    const { incarnation } = member;
    const orchestrator = this.rt.self.id;
    if (beat.state === BEAT.stopped || beat.state === BEAT.failed) {
      const reason = beat.state === BEAT.stopped ? 'announced' : 'pnote';
      const evidence = { connections: beat.connections };
      this.tell({ type: 'memberSilent', member: id, incarnation, reason, version: this.group.version, evidence });
      return;
    }
    const mixesAnew = beat.rank > 0 && member.mixes !== beat.mixes;
    if (mixesAnew || beat.problems !== pnoteMask(member.problems)) {
      const problems = pnoteNames(beat.problems);
      const mixes = beat.rank > 0 ? { mixes: beat.mixes } : {};
      this.tell({ type: 'memberReported', member: id, incarnation, orchestrator, problems, ...mixes });
    }
    if (beat.drained) {
      this.tell({ type: 'memberDrained', member: id, incarnation, orchestrator, version: header.tableVersion });
    }
    this.onLoad(header.from, id, incarnation, beat.cpuPercent);
    this.onMeanLoad();
    const { install, nextDistribution } = this.group.state;
    if (beat.spreadReady && nextDistribution.waiting.includes(memberNumber(this.group.state, id))) {
      this.tell({ type: 'distributionReady', member: id, incarnation, orchestrator, version: header.tableVersion });
    }
    if (install.hash !== '' && install.waiting.includes(memberNumber(this.group.state, id))) {
      const [high, low] = hashWords(install.hash);
      if (beat.ready[0] !== high || beat.ready[1] !== low) return;
      this.tell({ type: 'policyReady', member: id, incarnation, orchestrator, hash: install.hash });
    }
  }

  private onLoad(code: number, member: string, incarnation: number, percent: number): void {
    const { culThresholdPercent } = this.group.state.rules;
    if (culThresholdPercent === 0 || percent <= culThresholdPercent) return;
    const nowMs = this.rt.nowMs();
    if (nowMs - (this.loadAtMs.get(code) ?? -LOAD_EVERY_MS) < LOAD_EVERY_MS) return;
    this.loadAtMs.set(code, nowMs);
    this.tell({ type: 'loadReported', member, incarnation, orchestrator: this.rt.self.id, percent });
  }

  /** What all active members say, taken together, once a second. */
  private onMeanLoad(): void {
    const { state } = this.group;
    const nowMs = this.rt.nowMs();
    if (state.rules.autoscale === undefined || nowMs - this.meanAtMs < LOAD_EVERY_MS) return;
    this.meanAtMs = nowMs;
    const loads = state.members.flatMap((m) => {
      const word = m.status === 'active' ? this.words.get(nodeCode('member', m.id)) : undefined;
      return word === undefined || nowMs - word.atMs > this.freshMs() ? [] : [word.beat.cpuPercent];
    });
    const lasting = this.loadWatch.look(state, loads, nowMs);
    if (lasting !== undefined) this.tell({ type: 'loadLasted', orchestrator: this.rt.self.id, ...lasting });
  }

  private tell(told: Told): void {
    const what = told.member === undefined ? told.type : `${told.type}.${told.member}`;
    if (this.submitted.has(what)) return;
    this.submitted.add(what);
    const id = this.newId(what);
    const at = Math.floor(this.rt.nowMs());
    const input = { ...told, id, at, from: 'observation' } as unknown as SecurityGroupInput;
    this.group.submit(input, undefined, undefined, (_reply: DeciderReply) => this.submitted.delete(what));
  }
}
