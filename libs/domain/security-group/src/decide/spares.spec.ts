import { describe, expect, it } from '@jest/globals';
import { react } from '../react.js';
import type { Group, Told } from '../testing/group.js';
import { adminOf, configOf, drained, reported, RULES, seen, settledWithSpares, silent } from '../testing/group.js';

const assign = (member?: string): Told => ({ type: 'assignSpare', ...(member !== undefined && { member }) });
const detach = (member?: string): Told => ({ type: 'detachSpare', ...(member !== undefined && { member }) });
const refusal = (version: number, member: string, wanted: 'assigned' | 'detached', reason: string) => [
  { type: 'SpareRefused', version, member, wanted, by: 'operator', reason },
];

/** A group of two with spare 1_03 that has joined, and spare 1_04 that has not. */
function grown(): Group {
  const group = settledWithSpares(2, 2);
  group.tell(assign('1_03'));
  group.tell(seen('1_03'));
  group.copyAll();
  return group;
}

describe('a spare', () => {
  it('is no part of the table, and what is heard of it leads to nothing', () => {
    const group = settledWithSpares(2, 1);
    expect(group.state.members[2]).toMatchObject({ spare: 'free', status: 'out' });
    expect(group.decides(seen('1_03'))).toEqual([]);
    expect(new Set([...group.state.active, ...group.state.backup])).toEqual(new Set([1, 2]));
  });

  it('is a spare in the configuration that is said again, too', () => {
    const group = settledWithSpares(2, 1);
    const config = configOf(2, 4, { members: group.state.members.map(({ id, weight }) => ({ id, weight })) });
    expect(group.tell({ type: 'configure', config })).toMatchObject([{ type: 'ConfigureRefused' }]);
  });

  it('is taken up or down by nobody', () => {
    const group = settledWithSpares(2, 1);
    expect(group.tell(adminOf('1_03', 'down'))).toMatchObject([
      { type: 'AdminRefused', reason: '1_03 is a spare and in no group: assign it first' },
    ]);
  });
});

describe('a spare that is assigned', () => {
  it('joins when it is ready, and is given its share', () => {
    const group = settledWithSpares(2, 1);
    expect(group.decides(assign('1_03'))).toEqual([
      { type: 'SpareAssigned', version: 5, member: '1_03', reason: 'operator', evidence: {} },
    ]);
    expect(group.state.members[2]).toMatchObject({ spare: 'assigned', assignedAt: 5, status: 'out' });
    expect(group.decides(seen('1_03'))).toMatchObject([
      { type: 'MemberJoined', member: '1_03' },
      { type: 'CopiesChosen' },
    ]);
    group.copyAll();
    expect(group.state.active.filter((m) => m === 3).length).toBeGreaterThanOrEqual(1);
    expect(group.state.rebalancing).toBe(false);
  });

  it('is the first that is in no group where none is named', () => {
    const group = settledWithSpares(2, 2);
    expect(group.tell(assign())).toMatchObject([{ type: 'SpareAssigned', member: '1_03' }]);
    expect(group.tell(assign())).toMatchObject([{ type: 'SpareAssigned', member: '1_04' }]);
  });

  it('is told of to who keeps the record of software, and so is its end', () => {
    const ref = { stream: 'security-group.SG1', version: 6, event: 0 };
    const told = (assigned: boolean) => [
      { to: 'software.SG1', input: { type: 'assignAppliance', appliance: '1_03', assigned } },
    ];
    const [event] = settledWithSpares(2, 1).tell(assign('1_03'));
    expect(react(event as never, ref as never)).toEqual(told(true));
    expect(react({ type: 'SpareDetached', version: 7, member: '1_03' }, ref as never)).toEqual(told(false));
  });

  it.each([
    ['1_09', '1_09 is not an appliance of this fabric'],
    ['1_01', '1_01 is a member by the fabric file, and no spare'],
    ['1_03', '1_03 is in the group already'],
  ])('is refused: %s', (id, reason) => {
    const group = grown();
    expect(group.decides(assign(id))).toEqual(refusal(group.state.version, id, 'assigned', reason));
  });

  it('is refused while it is on its way out, and where there is none left', () => {
    const group = grown();
    group.tell(detach('1_03'));
    expect(group.tell(assign('1_03'))).toMatchObject([
      { type: 'SpareRefused', reason: '1_03 is on its way out of the group: wait until it is detached' },
    ]);
    group.tell(assign());
    expect(group.decides(assign())).toEqual(
      refusal(
        group.state.version,
        '',
        'assigned',
        'there is no spare that is in no group: name more under spares in the fabric file',
      ),
    );
  });

  it('is refused where it could take neither image nor policy', () => {
    const off = settledWithSpares(2, 1, { autoClone: 'off' });
    expect(off.tell(assign())).toMatchObject([
      {
        type: 'SpareRefused',
        member: '1_03',
        reason: 'image cloning is off, and a spare takes the image of the single management object: switch it on first',
      },
    ]);
    const frozen = settledWithSpares(2, 1);
    frozen.tell({ type: 'freeze', forMs: 100 });
    expect(frozen.tell(assign())).toMatchObject([{ reason: 'states are frozen just now: wait until they are not' }]);
    const down = settledWithSpares(2, 1);
    down.tell(silent('1_01'));
    down.tell(silent('1_02'));
    expect(down.tell(assign())).toMatchObject([{ reason: 'nobody serves whose image and policy it could take' }]);
  });
});

describe('a spare that is taken out again', () => {
  it('hands over what it holds, and is detached when it says so', () => {
    const group = grown();
    expect(group.tell(detach('1_03'))).toMatchObject([
      { type: 'SpareLeaving', member: '1_03' },
      { type: 'SlotsSwapped' },
      { type: 'CopiesChosen', reason: 'leaving' },
    ]);
    expect(group.state.active).not.toContain(3);
    expect(group.tell(adminOf('1_03', 'up'))).toMatchObject([{ reason: '1_03 is on its way out of the group' }]);
    group.copyAll();
    expect(group.decides(drained(group, '1_03'))).toMatchObject([
      { type: 'MemberDrained', member: '1_03', reason: 'admin' },
      { type: 'SpareDetached', member: '1_03' },
    ]);
    expect(group.state.members[2]).toMatchObject({ spare: 'free', status: 'out' });
    expect(group.tell(seen('1_03', 2))).toEqual([]);
    expect(group.tell(assign('1_03'))).toMatchObject([{ type: 'SpareAssigned' }]);
    expect(group.tell(seen('1_03', 2))).toMatchObject([{ type: 'MemberJoined' }, {}]);
  });

  it('is the one that was assigned last where none is named', () => {
    const group = settledWithSpares(2, 2);
    group.tell(assign('1_04'));
    group.tell(assign('1_03'));
    expect(group.tell(detach())).toMatchObject([{ type: 'SpareDetached', member: '1_03' }]);
    expect(group.tell(detach())).toMatchObject([{ type: 'SpareDetached', member: '1_04' }]);
    expect(group.decides(detach())).toEqual(refusal(group.state.version, '', 'detached', 'no spare is assigned'));
  });

  it('is detached at once where it dies, or comes back, on its way', () => {
    const dies = grown();
    dies.tell(detach('1_03'));
    expect(dies.tell(silent('1_03'))).toMatchObject([{ type: 'MemberLost' }, { type: 'SpareDetached' }, {}]);
    const back = grown();
    back.tell(detach('1_03'));
    expect(back.tell(seen('1_03', 2)).slice(0, 2)).toMatchObject([
      { type: 'MemberLost', reason: 'replaced' },
      { type: 'SpareDetached' },
    ]);
    expect(back.state.members[2]).toMatchObject({ spare: 'free', status: 'out' });
  });

  it('is lost at once without a drain', () => {
    const group = settledWithSpares(2, 1, { rules: { ...RULES, drain: false } });
    group.tell(assign());
    group.tell(seen('1_03'));
    group.copyAll();
    expect(group.tell(detach())).toMatchObject([
      { type: 'SpareLeaving' },
      { type: 'MemberLost', member: '1_03', reason: 'admin' },
      { type: 'SpareDetached' },
      { type: 'SlotsTakenOver' },
      { type: 'CopiesChosen' },
    ]);
  });

  it.each([
    ['1_09', '1_09 is not an appliance of this fabric'],
    ['1_01', '1_01 is a member by the fabric file, and no spare'],
    ['1_04', '1_04 is in no group'],
  ])('is refused: %s', (id, reason) => {
    const group = grown();
    expect(group.decides(detach(id))).toEqual(refusal(group.state.version, id, 'detached', reason));
  });

  it('is refused a second time, in a freeze, and where it is the last that can serve', () => {
    const group = grown();
    group.tell({ type: 'freeze', forMs: 100 });
    expect(group.tell(detach('1_03'))).toMatchObject([
      { reason: 'states are frozen just now: wait until they are not' },
    ]);
    const last = grown();
    last.tell(reported('1_01', ['fwd']));
    last.tell(silent('1_02'));
    expect(last.tell(detach('1_03'))).toMatchObject([
      { reason: '1_03 is the last member that can serve: bring another one up first' },
    ]);
    const twice = grown();
    twice.tell(detach('1_03'));
    expect(twice.tell(detach('1_03'))).toMatchObject([{ reason: '1_03 is on its way out of the group already' }]);
  });
});

describe('load that lasts', () => {
  const rules = { ...RULES, autoscale: { cpuPercent: 60, forMs: 5000 } };
  const lasted = (percent = 61, lastedMs = 5000): Told => ({
    type: 'loadLasted',
    orchestrator: '1_1',
    percent,
    lastedMs,
  });

  it('assigns the first spare, and the next not before that one serves and every slot is where it belongs', () => {
    const group = settledWithSpares(2, 2, { rules });
    expect(group.decides(lasted())).toEqual([
      {
        type: 'SpareAssigned',
        version: 5,
        member: '1_03',
        reason: 'load',
        evidence: { percent: 61, thresholdPercent: 60, lastedMs: 5000, forMs: 5000 },
      },
    ]);
    expect(group.tell(lasted())).toEqual([]);
    group.tell(seen('1_03'));
    expect(group.tell(lasted())).toEqual([]);
    group.copyAll();
    expect(group.tell(lasted())).toMatchObject([{ type: 'SpareAssigned', member: '1_04', reason: 'load' }]);
    group.tell(seen('1_04'));
    group.copyAll();
    expect(group.tell(lasted())).toEqual([]);
  });

  it('leads to nothing below the threshold, before its time, while one leaves, or where nobody asked for it', () => {
    const group = settledWithSpares(2, 2, { rules });
    expect([group.tell(lasted(60)), group.tell(lasted(61, 4999))]).toEqual([[], []]);
    expect(settledWithSpares(2, 2).tell(lasted(100, 60_000))).toEqual([]);
    group.tell(assign());
    group.tell(seen('1_03'));
    group.copyAll();
    group.tell(detach('1_03'));
    expect(group.tell(lasted())).toEqual([]);
  });

  it('is refused once while image cloning is off, and then not before an operator has changed something', () => {
    const group = settledWithSpares(2, 1, { rules, autoClone: 'off' });
    const reason =
      'image cloning is off, and a spare takes the image of the single management object: switch it on first';
    expect(group.decides(lasted())).toEqual([
      { type: 'SpareRefused', version: 5, member: '1_03', wanted: 'assigned', by: 'load', reason },
    ]);
    expect(group.tell(lasted())).toEqual([]);
    group.tell({ type: 'setAutoClone', state: 'on' });
    expect(group.tell(lasted())).toMatchObject([{ type: 'SpareAssigned', member: '1_03' }]);
  });
});
