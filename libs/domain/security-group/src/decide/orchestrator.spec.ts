import { describe, expect, it } from '@jest/globals';
import { Group, settled } from '../testing/group.js';

const seen = (incarnation: number, orchestrator = '1_1') => ({
  type: 'orchestratorSeen',
  orchestrator,
  incarnation,
  evidence: { heardMs: 5 },
});
const silent = (incarnation: number, orchestrator = '1_1') => ({
  type: 'orchestratorSilent',
  orchestrator,
  incarnation,
  reason: 'socket',
  evidence: { missed: 3 },
});

describe('orchestratorSeen and orchestratorSilent', () => {
  it('join, are replaced and are lost, and never touch the table', () => {
    const group = settled(2, 4);
    const before = group.state;
    expect(group.decides(seen(3))).toEqual([
      { type: 'OrchestratorJoined', version: 5, orchestrator: '1_1', incarnation: 3, evidence: { heardMs: 5 } },
    ]);
    expect(group.decides(seen(4))).toEqual([
      {
        type: 'OrchestratorLost',
        version: 6,
        orchestrator: '1_1',
        incarnation: 3,
        reason: 'replaced',
        evidence: { heardMs: 5 },
      },
      { type: 'OrchestratorJoined', version: 6, orchestrator: '1_1', incarnation: 4, evidence: { heardMs: 5 } },
    ]);
    expect(group.decides(silent(4))).toEqual([
      {
        type: 'OrchestratorLost',
        version: 7,
        orchestrator: '1_1',
        incarnation: 4,
        reason: 'socket',
        evidence: { missed: 3 },
      },
    ]);
    expect(group.state).toEqual({
      ...before,
      version: 7,
      orchestrators: [
        { id: '1_1', incarnation: 4, status: 'out' },
        { id: '1_2', incarnation: 0, status: 'out' },
      ],
    });
    expect(group.decides(seen(4))[0]?.['type']).toBe('OrchestratorJoined');
  });

  it('lead to nothing when they are known, stale or strange', () => {
    const group = settled(2, 4);
    group.tell(seen(3));
    for (const told of [seen(3), seen(2), seen(1, '1_9'), silent(2), silent(4), silent(3, '1_2'), silent(1, '1_9')]) {
      expect(group.tell(told)).toEqual([]);
    }
    expect(new Group().tell(seen(1))).toEqual([]);
  });
});
