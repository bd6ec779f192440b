import { describe, expect, it } from '@jest/globals';
import type { Metric, RunRecord } from '@rehearsal/lab-port';
import type { LedgerSummary } from '@rehearsal/traffic';
import { correctionOf } from './correction.js';

const of = (id: string, name: string, value: number, role = 'member'): Metric => ({ role, id, name, value });

describe('correction, member by member', () => {
  it('is what each that runs has measured; what a dead one had is gone', () => {
    const record = {
      plan: { securityGroup: { members: [{ id: '1_01' }, { id: '1_02' }, { id: '1_03' }] } },
      metrics: [
        of('1_01', 'connections_now', 3),
        of('1_01', 'packets_handed_on', 40),
        of('1_01', 'packets_taken_in', 30),
        of('1_01', 'correction_extra_p50_us_now', 250),
        of('1_01', 'correction_extra_p99_us_now', 900),
        of('1_02', 'connections_now', 0),
        of('1_03', 'packets_handed_on', 7, 'orchestrator'),
      ],
    } as unknown as RunRecord;
    const ledger = { correction: { packets: 65, perMille: 310, extraP50Us: 200, extraP99Us: 800 } } as LedgerSummary;
    expect(correctionOf(ledger, record)).toEqual({
      packets: 65,
      perMille: 310,
      extraP50Us: 200,
      extraP99Us: 800,
      members: [
        { member: '1_01', handedOn: 40, takenIn: 30, extraP50Us: 250, extraP99Us: 900 },
        { member: '1_02', handedOn: 0, takenIn: 0, extraP50Us: null, extraP99Us: null },
        { member: '1_03', handedOn: null, takenIn: null, extraP50Us: null, extraP99Us: null },
      ],
    });
  });
});
