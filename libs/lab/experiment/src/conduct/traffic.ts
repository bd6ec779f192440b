import type { CommandReply } from '@rehearsal/kernel';
import { LabError, type Lab, type Target } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary, LossPage, LossRow, TrafficPlan } from '@rehearsal/traffic';

const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const ROWS_A_PAGE = 500;

/** What the outside world says of itself while traffic flows. */
export interface TrafficStatus {
  readonly state: string;
  readonly connections: number;
}

/** The outside world of one lab: starts traffic, waits for its end, and reads the accounts. */
export class Traffic {
  private readonly lab: Lab;

  constructor(lab: Lab) {
    this.lab = lab;
  }

  async start(plan: TrafficPlan): Promise<void> {
    await this.ask('start', { plan });
  }

  async mark(name: string): Promise<void> {
    await this.ask('mark', { name });
  }

  /** Connections go on as they are, at so many thousandths of the plan's rate. */
  async pace(perMille: number): Promise<void> {
    await this.ask('pace', { perMille });
  }

  async status(): Promise<TrafficStatus> {
    return (await this.ask('status')) as TrafficStatus;
  }

  async ledger(): Promise<LedgerSummary> {
    return (await this.ask('ledger')) as LedgerSummary;
  }

  /** Ends what still runs after `timeoutMs`, in any case once every packet is accounted for or given up. */
  async drain(timeoutMs: number): Promise<void> {
    await this.ask('drain', { deadlineMs: timeoutMs }, timeoutMs + 10_000);
  }

  /** Every connection; silence and first packets count from mark `mark`, by default the last. */
  async connections(mark?: string): Promise<ConnectionRow[]> {
    const rows: ConnectionRow[] = [];
    for (;;) {
      const args = { from: rows.length, count: ROWS_A_PAGE, ...(mark === undefined ? {} : { mark }) };
      const body = (await this.ask('connections', args)) as { readonly rows: readonly ConnectionRow[] };
      rows.push(...body.rows);
      if (body.rows.length < ROWS_A_PAGE) return rows;
    }
  }

  /** Packets that did not come out: all by reason, and those that are listed one by one. */
  async losses(): Promise<{ readonly totals: LossPage['totals']; readonly rows: LossRow[] }> {
    const rows: LossRow[] = [];
    for (let from = 0; ;) {
      const page = (await this.ask('losses', { from, count: ROWS_A_PAGE })) as LossPage;
      rows.push(...page.rows);
      if (page.next === null) return { totals: page.totals, rows };
      from = page.next;
    }
  }

  private async ask(name: string, args: Readonly<Record<string, unknown>> = {}, timeoutMs = 15_000): Promise<unknown> {
    const reply: CommandReply = await this.lab.command(TRAFFIC, { name, args }, timeoutMs);
    if (reply.ok) return reply.body;
    throw new LabError('environment', `The outside world refuses '${name}': ${reply.reason}.`, 'Change the traffic.');
  }
}
