import { describe, expect, it } from '@jest/globals';
import type { FabricPlan, LabStatus } from '@rehearsal/lab-port';
import { atRest } from './rest.js';

const PLAN = { settings: { 'dist.slots': 256 } } as unknown as FabricPlan;

function row(role: string, id: string, detail: object = {}): LabStatus['sync'] {
  return { role, id, process: 'running', state: 'ACTIVE', ready: true, detail } as unknown as LabStatus['sync'];
}

/** Two members serve it all and one orchestrator of two is left; hosts see the other one like this. */
function withOneOrchestrator(asHostsSeeIt: string): LabStatus {
  const group = { activeMembers: ['1_01', '1_02'], balanced: true, exposedSlots: 0 };
  return {
    orchestrators: [{ ...row('orchestrator', '1_1'), process: 'hung' }, row('orchestrator', '1_2', group)],
    members: ['1_01', '1_02'].map((id) => row('member', id, { servingSlots: 128, waitingSlots: 0 })),
    sync: row('sync', '1'),
    traffic: row('outside-world', 'outside', {
      orchestrators: [
        { id: '1_1', state: asHostsSeeIt },
        { id: '1_2', state: 'alive' },
      ],
    }),
  } as unknown as LabStatus;
}

describe('a fabric at rest', () => {
  const gone = { 'orchestrator 1_1': 'hang' } as const;

  it('has done with an orchestrator that is gone once hosts send nothing to it any more', () => {
    expect(atRest(withOneOrchestrator('alive'), PLAN, gone)).toBe('hosts take orchestrator 1_1 for alive');
    expect(atRest(withOneOrchestrator('dead'), PLAN, gone)).toBeUndefined();
  });
});
