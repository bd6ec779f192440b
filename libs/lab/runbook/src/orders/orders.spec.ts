import { describe, expect, it } from '@jest/globals';
import { readRunbook } from '../runbook.js';
import { selectCommands, selectOrders, type Choice } from '../select.js';
import { TERSE, WIKI } from '../testing.js';
import { notExecuted } from './not-executed.js';
import { ordersOf } from './orders.js';

const orders = (text: string) => ordersOf(readRunbook(text, 'r.md'));
const open = (text: string, choice: Choice = {}): [number, string, boolean][] => {
  const runbook = readRunbook(text, 'r.md');
  const chosen = selectOrders(runbook, ordersOf(runbook), choice);
  return notExecuted(chosen, selectCommands(runbook, choice).commands).map((o) => [o.line, o.text, o.safety]);
};

describe('the orders of a runbook', () => {
  it('are the sentences that have people do something, with what they are about', () => {
    expect(orders(WIKI).map(({ line, text, safety, about }) => [line, text, safety, about.join()])).toEqual([
      [8, '⚠️ Warning: Image cloning must be disabled first.', true, 'cloning'],
      [8, 'Never reboot two members at the same time.', true, 'members,redundancy'],
      [11, 'Notify the service desk before the window opens.', false, 'window,notify'],
      [15, 'Auto-clone: must be off during the whole upgrade', true, 'cloning'],
      [16, 'Jumbo: same take on all members', true, 'takes,members'],
      [20, 'Take a backup of the configuration:', true, 'backup'],
      [26, 'Check that all members are active:', true, 'members,verify'],
      [39, 'If a member is not active, start it again:', true, 'members'],
      [47, 'On each member, install the package.', false, 'members'],
      [53, 'Optional: look at the load:', true, 'capacity'],
      [58, 'Continue only if all members are ACTIVE.', true, 'members'],
      [58, 'Then install:', false, ''],
    ]);
  });

  it.each([
    'Do not start before the backup is complete.',
    'All members need to run the same version.',
    'You should save the output, e.g. in a file.',
    '- [ ] Verify the policy on every member.',
    '> [!WARNING]\n> Auto-clone has to be off.',
    'Before the upgrade, the window is announced.',
    'On the SMO, run `asg stat`.',
    'Re-enable image cloning at the end.',
    'Keep in mind that image cloning must be off.',
  ])('are seen however they are worded: %s', (text) => {
    expect(orders(text)).toHaveLength(1);
  });

  it.each([
    'This takes an hour.',
    'Backup is a member of the pair.',
    'Test results are in the wiki.',
    'The SMO is 1_01.',
    'Members reboot by themselves; no backup is needed.',
    'Keep in mind that half the capacity is away.',
    'Note that installing the policy takes a while.',
  ])('are not all sentences: %s', (text) => {
    expect(orders(text)).toEqual([]);
  });

  it.each(['Take a look at the state.', 'Take the next one.', 'It must take a minute.'])(
    'are not about takes: %s',
    (text) => {
      expect(orders(text)[0]!.about).not.toContain('takes');
    },
  );
});

describe('orders that nobody carried out', () => {
  it('are what no command that was run is about, and what only people can do', () => {
    expect(open(WIKI)).toEqual([
      [8, 'Never reboot two members at the same time.', true],
      [11, 'Notify the service desk before the window opens.', false],
    ]);
    expect(open(TERSE)).toEqual([[18, 'image cloning stays off, do not enable it', true]]);
  });

  it('are listed with their line where there is no command at all', () => {
    expect(open('# A\n\nA long page.\nImage cloning must be disabled first.\n\n```\nasg stat\n```\n')).toEqual([
      [4, 'Image cloning must be disabled first.', true],
    ]);
  });

  it('are not carried out by a look at what is to be changed', () => {
    const show = 'Disable image cloning:\n\n```\nshow smo image auto-clone state\n```\n';
    expect(open(show)).toEqual([[1, 'Disable image cloning:', true]]);
    expect(open(show.replace('show', 'set').replace('state', 'state off'))).toEqual([]);
    expect(open(show.replace('Disable', 'Verify the state of'))).toEqual([]);
  });

  it('are not about what says when they are to be done', () => {
    const text =
      'Image cloning is to be off while takes differ.\n\n# A\n\n```\nset smo image auto-clone state off\n```\n';
    expect(open(text)).toEqual([]);
    expect(open(text.replace(' off\n', ' on\n'))).toHaveLength(1);
  });

  it('are carried out by the block they introduce, or by the command they name', () => {
    expect(open('Import the jumbo:\n\n```\ninstaller import local x\n```\n')).toEqual([]);
    expect(open('All members must run the same take:\n\n```\nasg stat\n```\n')).toHaveLength(1);
    expect(open('Install it:\n\n```\ninstaller install x\n```\n')).toEqual([]);
    expect(open('Run `installer install x` there.\n\n```\ninstaller  install x\n```\n')).toEqual([]);
    expect(open('Notify the team:\n\n```\nasg stat\n```\n')).toHaveLength(1);
  });

  it('are not carried out by doing it where they say how or when', () => {
    const block = '\n\n```\nasg stat\nreboot\n```\n';
    expect(open(`Reboot the member that is down:${block}`)).toEqual([]);
    expect(open(`Reboot one member at a time:${block}`)).toHaveLength(1);
    expect(open(`Take a snapshot, then reboot:${block}`)).toHaveLength(1);
  });

  it('are carried out by who goes through a runbook, where that waits, logs in or answers', () => {
    const code = '\n\n# Next\n\n```\nasg stat\ninstaller install 1 member_ids all\n```\n';
    for (const text of [
      'Log in to the SMO as admin.',
      'Enter your full name and a reason.',
      'Do not proceed until all members are ACTIVE.',
      'Install the jumbo on group B.',
      'Update the standby MHO first.',
    ]) {
      expect([text, open(text + code)]).toEqual([text, []]);
      expect([text, open(text)]).toEqual([text, [[1, text, expect.any(Boolean)]]]);
    }
    expect(open(`Update the runbook afterwards.${code}`)).toHaveLength(1);
    expect(open(`Install the policy on all members.${code}`)).toHaveLength(1);
    expect(open(`Do not proceed until a backup exists.${code}`)).toHaveLength(1);
  });

  it('concern no safety where somebody is told', () => {
    expect(open('Notify stakeholders about reduced capacity.')[0]?.[2]).toBe(false);
    expect(open('Users must be informed that redundancy is lost.')[0]?.[2]).toBe(false);
  });

  it('are those of the parts that are gone through', () => {
    const text =
      '# Upgrade\n\nDisable cloning.\n\n## 1. Load\n\nTake a backup.\n\n## Rollback\n\nRestore the snapshot.\n';
    const lines = (choice: Choice): number[] => open(text, choice).map(([line]) => line);
    expect([lines({}), lines({ only: ['rollback'] }), lines({ skip: ['load'] })]).toEqual([[3, 7], [11], [3]]);
    expect(lines({ only: ['upgrade'] })).toEqual([3, 7]);
  });

  it('are none of a case that did not occur', () => {
    expect(open('# Upgrade\n\n## Rollback\n\nRestore the snapshot.\n')).toEqual([]);
  });
});
