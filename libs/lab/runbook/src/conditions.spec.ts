import { describe, expect, it } from '@jest/globals';
import { conditionIn } from './conditions.js';

describe('what is only for a case', () => {
  it.each([
    'If it fails:',
    'If the member does not come up, reboot it:',
    '3. If auto-clone is on, switch it off:',
    'In case of an error, run:',
    'When a member fails:',
    'Should a member not answer, run:',
    'Run this only if the take differs:',
    'Restart the services if needed:',
    '(optional) Look at the load:',
    'Optional: look at the load.',
    'To roll back, run:',
    'Alternatively, by hand:',
    'VSX only:',
    'If it fails, contact support and send:',
    'When a member is stuck, do not go on:',
    '⚠️ **Note:** if the upgrade fails, run:',
  ])('is: %s', (text) => {
    expect(conditionIn(text, 'prose')).toBeDefined();
  });

  it.each([
    'Run the upgrade:',
    'Check if all members are active:',
    'Continue only if all members are ACTIVE:',
    'If all members are active, install the package:',
    'When all members are active, continue:',
    'Once the upgrade is complete, verify:',
    'Verify the state. If a member is down, stop.',
    'Take a snapshot for a rollback:',
    'Run only on the SMO:',
    'This step is not optional:',
    'Put in for `only-if-needed`:',
  ])('is not: %s', (text) => {
    expect(conditionIn(text, 'prose')).toBeUndefined();
  });

  it.each([
    ['Rollback', true],
    ['4. Back out', true],
    ['Fall-back plan', true],
    ['5. 🔥 Troubleshooting', true],
    ['Optional checks', true],
    ['If a member fails', true],
    ['Restore the backup (rollback)', true],
    ['Prepare the rollback', false],
    ['Backup and rollback snapshot', false],
    ['Upgrade', false],
    ['Failover test', false],
  ])('is told by a heading: %s', (text, expected) => {
    expect(conditionIn(text, 'heading') !== undefined).toBe(expected);
  });
});
