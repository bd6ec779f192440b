import { describe, expect, it } from '@jest/globals';
import { nodeCode, type ChannelHub } from '@rehearsal/protocol';
import { initialState, type SecurityGroupState } from '@rehearsal/security-group';
import { Peers } from './peers.js';

describe('the peers of a member', () => {
  it.each([
    ['active', 100, []],
    ['out', 100, ['1_1']],
    ['active', 101, ['1_1']],
    ['out', 99, []],
  ] as const)('where the log has an orchestrator %s in life %i, of life 100 are over: %j', (status, life, over) => {
    const channels = new Map(['1_1', '1_2'].map((id) => [nodeCode('orchestrator', id), { id, peerIncarnation: 100 }]));
    const hub = { find: (code: number) => channels.get(code) } as unknown as ChannelHub;
    const orchestrators = [
      { id: '1_1', incarnation: life, status },
      { id: '1_2', incarnation: 100, status: 'active' },
      { id: '1_3', incarnation: 100, status: 'out' },
    ] as unknown as SecurityGroupState['orchestrators'];
    const peers = new Peers({
      hub,
      orchestrators: ['1_1', '1_2', '1_3'],
      me: 1,
      state: () => ({ ...initialState, orchestrators }),
      table: () => undefined,
      onSettled: () => {},
    });
    expect(peers.lostOrchestrators().map((channel) => (channel as unknown as { id: string }).id)).toEqual(over);
  });
});
