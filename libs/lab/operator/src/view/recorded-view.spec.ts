import { describe, expect, it } from '@jest/globals';
import type { FabricPlan, Note } from '@rehearsal/lab-port';
import { recordedView } from './recorded-view.js';

const PLAN = {
  fabric: 'branch',
  profile: 'vendor',
  settings: {},
  orchestrators: [],
  securityGroup: { name: 'SG1', release: 'R81.20', take: 0, address: '', interfaces: [], members: [{ id: '1_01' }] },
} as unknown as FabricPlan;

const note = (atMs: number, code: string, fields: Note['fields'] = {}): Note =>
  ({ atMs, role: 'member', id: '1_01', incarnation: 1, level: 'info', code, fields }) as Note;

describe('a member at a moment of a finished run', () => {
  const notes = [
    note(1, 'started'),
    note(2, 'member_state', { from: 'READY', to: 'ACTIVE' }),
    note(5, 'stopped'),
    note(6, 'member_state', { from: 'ACTIVE', to: 'INIT' }),
    note(9, 'policy_installed'),
    note(9, 'member_state', { from: 'INIT', to: 'READY' }),
  ];
  const stateAt = (atMs: number): string | undefined =>
    recordedView({
      plan: PLAN,
      run: 'r',
      startedAtMs: 0,
      atMs,
      log: [],
      notes,
      metrics: null,
      sampled: null,
    }).members[0]?.state;

  it('is as it was live while its services are stopped', () => {
    expect([5, 6, 8].map(stateAt)).toEqual(Array(3).fill('HA module not started.'));
    expect(stateAt(9)).toBe('READY');
  });
});
