import { describe, expect, it } from '@jest/globals';
import { securityGroup } from './machine.js';
import { settled, silent } from './testing/group.js';

describe('what follows from a commit', () => {
  it('tells hypersync of the same group about the copies that were chosen, and nothing else', () => {
    const events = settled(3, 6).tell(silent('1_01'));
    const intents = events.map((event, index) =>
      securityGroup.react(event, { stream: 'security-group.SG1', version: 8, index }),
    );
    expect(events.map((event) => event.type)).toEqual(['MemberLost', 'SlotsTakenOver', 'CopiesChosen', 'SmoChanged']);
    expect(intents).toEqual([
      [],
      [],
      [
        {
          to: 'hypersync.SG1',
          input: {
            type: 'copiesChosen',
            tableVersion: 8,
            reason: 'lost',
            member: '1_01',
            copies: [
              [2, 3, 4],
              [3, 2, 5],
            ],
            exposed: [2, 3, 4, 5],
          },
        },
      ],
      [],
    ]);
  });

  it('asks for no deadline', () => {
    expect(securityGroup.deadlines(settled(3, 6).state)).toEqual([]);
  });
});
