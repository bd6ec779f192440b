import { describe, expect, it } from '@jest/globals';
import { Group } from '../testing/group.js';

describe('auto-clone', () => {
  it('is off until an operator says otherwise, and is what was said last', () => {
    const group = new Group();
    expect(group.state.autoClone).toBe('off');
    expect(group.decides({ type: 'setAutoClone', state: 'on', why: 'before the upgrade' })).toEqual([
      { type: 'AutoCloneSet', version: 1, state: 'on' },
    ]);
    expect(group.state.autoClone).toBe('on');
    expect(group.decides({ type: 'setAutoClone', state: 'on' })).toEqual([
      { type: 'AutoCloneIgnored', version: 2, state: 'on', reason: 'auto-clone is on already' },
    ]);
    expect(group.decides({ type: 'setAutoClone', state: 'off' })).toEqual([
      { type: 'AutoCloneSet', version: 3, state: 'off' },
    ]);
    expect(group.state.autoClone).toBe('off');
  });
});
