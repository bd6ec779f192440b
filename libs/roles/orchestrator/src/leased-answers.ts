import type { Runtime, Settings } from '@rehearsal/kernel';
import type { Channel } from '@rehearsal/protocol';
import type { Lease } from './lease.js';
import type { SteeringPlane } from './steering-plane.js';

export interface LeasedAnswersParts {
  readonly rt: Runtime;
  readonly plane: SteeringPlane;
  readonly lease: Lease;
  /** With the fence only the active incarnation of a member may answer. */
  readonly settings: Pick<Settings, 'egress.fence'>;
}

/** Answers of members on their way to release: fenced, and withheld while the lease has run out. */
export class LeasedAnswers {
  /** In order. */
  private withheld: { words: Int32Array; channel: Channel }[] = [];
  private readonly parts: LeasedAnswersParts;

  constructor(parts: LeasedAnswersParts) {
    this.parts = parts;
  }

  take(words: Int32Array, channel: Channel): void {
    const { rt, plane, lease, settings } = this.parts;
    const member = plane.ways.byCode(channel.peerCode);
    const current = member !== undefined && member.active && member.incarnation === channel.peerIncarnation;
    // fidelity: F-EGRESS-FENCE
    if (!current && settings['egress.fence']) {
      rt.count('answers_fenced', 1);
      return;
    }
    if (!lease.held(rt.nowMs())) {
      this.withheld.push({ words: new Int32Array(words), channel });
      rt.count('answers_withheld', 1);
      return;
    }
    plane.onAnswer(words, member?.number ?? 0);
  }

  /** The lease is held again. */
  release(): void {
    if (this.withheld.length === 0) return;
    const withheld = this.withheld;
    this.withheld = [];
    for (const { words, channel } of withheld) this.take(words, channel);
  }

  clear(): void {
    this.withheld = [];
  }
}
