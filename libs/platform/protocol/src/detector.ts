import type { Settings } from '@rehearsal/kernel';

/** Rounds of the silence detector in one heartbeat. */
export const DETECTOR_ROUNDS = 4;

/** Two heartbeats: whoever hears nobody for so long has lost its hearing, and not everybody else. */
const DEAF_AFTER_ROUNDS = 2 * DETECTOR_ROUNDS;

/**
 * One and a half: whoever hears somebody after nobody for so long has missed a heartbeat of everybody, since its way
 * brought something else. A way that is only busy brings one frame, perhaps, and then nothing again.
 */
const HELD_UP_AFTER_ROUNDS = 1.5 * DETECTOR_ROUNDS;

/** A peer whose death this detector would notice. */
interface Watched {
  incarnation: number;
  /** ms; of any frame of that incarnation. */
  heardAtMs: number;
  /** Rounds of this detector since then. */
  quietRounds: number;
  /** It was heard since this process last (re)connected to the bus. */
  heardOnConnection: boolean;
  proposed: boolean;
}

/**
 * `frozen`: no death is reported at all (fidelity: F-FREEZE-INSTALL); `load`: the group is under load, and silence
 * has to last longer (fidelity: F-CUL-DAMP).
 */
export type Damping = 'none' | 'load' | 'frozen';

export interface Silence {
  readonly code: number;
  readonly incarnation: number;
  readonly reason: 'silence' | 'socket' | 'replaced';
  /** Integers only; recorded with the decision. */
  readonly evidence: Readonly<Record<string, number>>;
}

/**
 * Two ways to notice a death, each with its rules: silence (fidelity: F-CCP-HEARTBEAT, F-CCP-DEAD-MULTIPLIER) and
 * socket loss (fidelity: F-DETECT-SOCKET-LOSS). Either counts only for a peer this process heard on this
 * connection of its own, and not within a settle time after it reconnected: when the bus restarts, every
 * living peer looks dead to whoever is back first, and to whoever starts then. But who has not come back in twice that time died while
 * nobody could hear it. A round after a stall of the own loop is skipped, because then it is this process that
 * was late; so is one after two heartbeats in which nobody at all was heard, because then it is the bus. Nor is a
 * peer's silence a death where hardly anybody else has been heard in it: of the heartbeats it owes, others must have
 * been heard through all but the last. When somebody is heard after a gap in which nobody was, the silence of all others
 * has lasted for one heartbeat, at most.
 */
export class Detector {
  private readonly watched = new Map<number, Watched>();
  private readonly settings: Settings;
  private readonly propose: (silence: Silence) => void;
  private lastRoundMs = 0;
  /** Rounds since anybody was heard, watched or not. */
  private deafRounds = 0;
  private connectedAtMs: number | undefined;
  private busUp = true;
  /** What the group's state says of deaths that this process would notice. */
  private damping: Damping = 'none';
  /** Peers nothing got through to while states were frozen. */
  private readonly unreachable_ = new Set<number>();

  constructor(settings: Settings, propose: (silence: Silence) => void) {
    this.settings = settings;
    this.propose = propose;
  }

  /**
   * Begins to watch an incarnation, or goes on.
   * @param justJoined false: it joined before this process came, and may be on its way back to the bus now
   */
  watch(code: number, incarnation: number, nowMs: number, justJoined = true): void {
    if (this.watched.get(code)?.incarnation === incarnation) return;
    this.watched.set(code, {
      incarnation,
      heardAtMs: nowMs,
      quietRounds: 0,
      // Whoever has just joined was heard by somebody, and may be gone before its first word to this process.
      heardOnConnection: justJoined && this.settled(nowMs),
      proposed: false,
    });
  }

  forget(code: number): void {
    this.watched.delete(code);
    this.unreachable_.delete(code);
  }

  /** Holds reports back from now on, or no longer; what was held back is judged anew. */
  damp(damping: Damping, nowMs: number): void {
    if (damping === this.damping) return;
    this.damping = damping;
    if (damping === 'frozen') return;
    for (const code of this.unreachable_) this.unreachable(code, nowMs);
    this.unreachable_.clear();
  }

  /** Any frame of anybody, also of who is not watched: it shows that the bus brings frames here. */
  heard(code: number, incarnation: number, nowMs: number): void {
    // The bus brings what it held, or what waited on a busy way, one after another.
    if (this.deafRounds > HELD_UP_AFTER_ROUNDS) this.giveAHeartbeat();
    this.deafRounds = 0;
    const peer = this.watched.get(code);
    if (peer === undefined || peer.incarnation !== incarnation) return;
    peer.heardAtMs = nowMs;
    peer.quietRounds = 0;
    peer.heardOnConnection = true;
    peer.proposed = false;
  }

  onBus(state: 'up' | 'down', nowMs: number): void {
    this.busUp = state === 'up';
    if (!this.busUp) return;
    this.connectedAtMs = nowMs;
    for (const peer of this.watched.values()) {
      // Without a settle time there is no guard at all: what was heard before the bus went away still counts.
      if (this.settings['detector.settleMs'] > 0) peer.heardOnConnection = false;
      peer.heardAtMs = nowMs;
      peer.quietRounds = 0;
    }
  }

  /** Nobody listens at the peer's subject. */
  socketLost(code: number, nowMs: number): void {
    if (!this.settings['detector.socketLoss'] || this.damping === 'frozen') return;
    const peer = this.watched.get(code);
    if (peer === undefined || peer.proposed || !this.mayJudge(peer, nowMs)) return;
    this.report(code, peer, 'socket', nowMs);
  }

  /** Nothing got through to the peer in all retries of its link: as good as dead, whatever is heard of it. */
  unreachable(code: number, nowMs: number): void {
    const peer = this.watched.get(code);
    if (peer === undefined || peer.proposed) return;
    if (this.damping === 'frozen') this.unreachable_.add(code);
    else this.report(code, peer, 'silence', nowMs);
  }

  /** A newer incarnation of the peer spoke: the watched one is gone. */
  replaced(code: number, nowMs: number): void {
    const peer = this.watched.get(code);
    if (peer !== undefined && !peer.proposed && this.damping !== 'frozen') this.report(code, peer, 'replaced', nowMs);
  }

  /** The proposal could not be decided on: let the next round make it again. */
  retry(code: number): void {
    const peer = this.watched.get(code);
    if (peer !== undefined) peer.proposed = false;
  }

  /**
   * One round of the silence detector; to be called DETECTOR_ROUNDS times a heartbeat. Silence is counted
   * in rounds, not in ms: where processes have to wait for a processor, this one's rounds come late just as
   * the peer's heartbeats do, and nobody is taken for dead for want of a turn. Nor is anybody taken for dead before
   * its time in ms.
   */
  round(nowMs: number): void {
    const sinceLastRoundMs = nowMs - this.lastRoundMs;
    this.lastRoundMs = nowMs;
    if (sinceLastRoundMs > this.settings['detector.stallMs']) {
      // What peers sent meanwhile is still in the socket.
      this.giveAHeartbeat();
      return;
    }
    if (++this.deafRounds > DEAF_AFTER_ROUNDS) return;
    const deadMultiplier = this.deadMultiplier();
    const deadAfterRounds = deadMultiplier * DETECTOR_ROUNDS;
    const deadAfterMs = deadMultiplier * this.settings['ccp.heartbeatMs'];
    for (const [code, peer] of this.watched) {
      peer.quietRounds++;
      if (peer.proposed || deadAfterRounds === 0 || peer.quietRounds < deadAfterRounds) continue;
      // The first of these rounds came right after its last frame, perhaps.
      if (nowMs - peer.heardAtMs < deadAfterMs) continue;
      // A bus that fell silent just before the peer was to speak looks the same until here.
      if (peer.quietRounds - this.deafRounds < deadAfterRounds - DETECTOR_ROUNDS) continue;
      if (this.mayJudge(peer, nowMs)) this.report(code, peer, 'silence', nowMs);
    }
  }

  /** Whoever fell silent has the time of a heartbeat or two until what it sent has been read. */
  private giveAHeartbeat(): void {
    for (const peer of this.watched.values()) peer.quietRounds = Math.min(peer.quietRounds, DETECTOR_ROUNDS);
  }

  /** Heartbeats of silence that are a death; 0: none are. */
  private deadMultiplier(): number {
    if (this.damping === 'frozen') return 0;
    return this.settings[this.damping === 'load' ? 'cul.deadMultiplier' : 'ccp.deadMultiplier'];
  }

  private mayJudge(peer: Watched, nowMs: number): boolean {
    // Who has not come back in twice the settle time will not: it died while nobody could hear it.
    const returned = peer.heardOnConnection || nowMs - peer.heardAtMs >= 2 * this.settings['detector.settleMs'];
    return this.busUp && returned && this.settled(nowMs);
  }

  /** fidelity: F-DETECT-SETTLE; on a first connection nobody had been heard before, so whoever is heard is back */
  private settled(nowMs: number): boolean {
    return this.connectedAtMs === undefined || nowMs - this.connectedAtMs >= this.settings['detector.settleMs'];
  }

  private report(code: number, peer: Watched, reason: Silence['reason'], nowMs: number): void {
    peer.proposed = true;
    this.propose({
      code,
      incarnation: peer.incarnation,
      reason,
      evidence: {
        silentMs: Math.round(nowMs - peer.heardAtMs),
        quietRounds: peer.quietRounds,
        heartbeatMs: this.settings['ccp.heartbeatMs'],
        deadMultiplier: this.deadMultiplier(),
      },
    });
  }
}
