import type { Cancel, Runtime } from '@rehearsal/kernel';
import { copiedSubject, progressSubject } from '@rehearsal/protocol';

/** A copy received in full, as the sync coordinator is told. */
export interface CopyReport {
  readonly member: string;
  readonly incarnation: number;
  /** The member the copy was made from. */
  readonly active: string;
  readonly activeIncarnation: number;
  /** Table version under which the copy began. */
  readonly version: number;
  readonly slots: readonly number[];
  readonly connections: number;
}

const ANSWER_WITHIN_MS = 1000;
const AGAIN_AFTER_MS = 100;

/** Tells the sync coordinator of finished copies, one after the other, each until it has been answered. */
export class CopyReports {
  private readonly queue: CopyReport[] = [];
  private busy = false;
  private life = 0;
  private timer: Cancel | undefined;
  private readonly rt: Runtime;
  private readonly subject: string;
  private readonly progressAt: string;
  /** Connections received since a copy last was complete. */
  private received = 0;

  constructor(rt: Runtime, securityGroup: string) {
    this.rt = rt;
    this.subject = copiedSubject(securityGroup);
    this.progressAt = progressSubject(securityGroup);
  }

  tell(report: CopyReport): void {
    this.queue.push(report);
    this.next();
  }

  /** Says how far a long copy has come; once is enough, since the next word replaces it. */
  progress(incarnation: number, connections: number, left: number): void {
    this.received += connections;
    if (left > 0) {
      const body = {
        member: this.rt.self.id,
        incarnation,
        connections: this.received,
        total: this.received + left,
      };
      this.rt.ask(this.progressAt, new TextEncoder().encode(JSON.stringify(body)), ANSWER_WITHIN_MS, () => {});
    } else {
      this.received = 0;
    }
  }

  /** What was not told yet is of a life that is over. */
  clear(): void {
    this.queue.length = 0;
    this.received = 0;
    this.busy = false;
    this.life++;
    this.timer?.();
  }

  private readonly next = (): void => {
    const report = this.queue[0];
    if (this.busy || report === undefined) return;
    this.busy = true;
    const life = this.life;
    const body = new TextEncoder().encode(JSON.stringify(report));
    this.rt.ask(this.subject, body, ANSWER_WITHIN_MS, (reply) => {
      if (life !== this.life) return;
      this.busy = false;
      if (reply.kind === 'answer') {
        this.queue.shift();
        this.next();
      } else {
        this.timer = this.rt.after(AGAIN_AFTER_MS, this.next);
      }
    });
  };
}
