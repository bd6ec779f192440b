import { describe, expect, it } from '@jest/globals';
import { exposedSlots } from '@rehearsal/security-group';
import { SmallWorld } from './testing/small-world.js';

/** A group of three that has settled. */
function threeMembers(): SmallWorld {
  const world = new SmallWorld();
  for (const member of ['1_01', '1_02', '1_03']) {
    world.join(member);
    world.copyAll();
  }
  return world;
}

describe('the sync coordinator', () => {
  it('configures hypersync once, however often it starts', () => {
    const world = new SmallWorld();
    world.restartSync();
    world.restartSync();
    expect(world.story('hypersync.SG1')).toEqual([['Configured']]);
    expect(world.sync.health()).toEqual({ ready: true, detail: { version: 1, tableVersion: 0, reportsHeld: 0 } });
    expect(world.fatals).toEqual([]);
  });

  it('brings the reports of members to the security group, and its choices to hypersync', () => {
    const world = new SmallWorld();
    world.join('1_01');
    world.join('1_02');
    const report = world.dueReport(12);
    expect(report).toMatchObject({ member: '1_02', active: '1_01', slots: [0, 1, 2, 3, 4, 5] });
    const answers = world.ask('sync.copied.SG1', report);
    world.run(50);
    expect(answers).toEqual([{ ok: true }]);
    expect(world.story('security-group.SG1').slice(1)).toEqual([
      ['MemberJoined', 'SlotsAssigned', 'CopiesChosen', 'SmoChanged', 'GroupBalanced'],
      ['MemberJoined', 'CopiesChosen'],
      ['BackupsInStep', 'SlotsSwapped', 'CopiesChosen', 'GroupBalanced'],
    ]);
    expect(world.story('hypersync.SG1')).toEqual([
      ['Configured'],
      ['CopiesDue'],
      ['CopiesDue', 'IteratorStarted'],
      ['SlotsCopied'],
      ['CopiesDue', 'IteratorFinished'],
    ]);
    expect(exposedSlots(world.group.state)).toEqual([]);
  });

  it('ends the exposure after a loss, and says so', () => {
    const world = threeMembers();
    world.lose('1_02');
    expect(world.status()).toMatchObject({
      ok: true,
      body: { iterator: { status: 'running', reason: 'lost', member: '1_02', slots: 4 }, slotsExposed: 4, slotsDue: 4 },
    });
    const startedAtMs = world.time.nowMs() - 5;
    const first = world.dueReport(7);
    world.ask('sync.copied.SG1', first);
    world.run(45);
    world.copyAll();
    const { status: _s, ...iterator } = (world.status() as { body: { iterator: Record<string, unknown> } }).body
      .iterator;
    expect(iterator).toEqual({
      startedAtMs,
      runningMs: expect.any(Number),
      reason: 'lost',
      member: '1_02',
      slots: 4,
      connectionsIterated: expect.any(Number),
      connectionsCopied: iterator['connectionsIterated'],
      percent: 100,
    });
    expect(iterator['connectionsCopied']).toBeGreaterThanOrEqual(17);
    expect(world.status()).toMatchObject({ body: { iterator: { status: 'finished' }, slotsExposed: 0, slotsDue: 0 } });
    expect(exposedSlots(world.group.state)).toEqual([]);
  });

  it('holds a report that is quicker than the word of the choice', () => {
    const world = threeMembers();
    world.intentsLateMs = 300;
    world.lose('1_02');
    const answers = world.ask('sync.copied.SG1', world.dueReport());
    world.run(200);
    expect(answers).toEqual([]);
    expect(world.sync.health().detail['reportsHeld']).toBe(1);
    world.run(200);
    expect(answers).toEqual([{ ok: true }]);
    expect(world.sync.health().detail['reportsHeld']).toBe(0);
  });

  it('holds a report made under a table it has not read, and answers the newest of its repeats', () => {
    const world = threeMembers();
    world.lose('1_02');
    const report = { ...world.dueReport(), version: world.group.version + 1 };
    const first = world.ask('sync.copied.SG1', report);
    world.run(500);
    const second = world.ask('sync.copied.SG1', report);
    world.run(100);
    world.tell({ type: 'orchestratorSeen', orchestrator: '1_1', incarnation: 1, evidence: {} });
    world.run(1_000);
    expect([first, second]).toEqual([['timeout'], [{ ok: true }]]);
  });

  it('takes a report once, however often it is repeated', () => {
    const world = threeMembers();
    world.lose('1_02');
    const report = world.dueReport();
    const answers = [1, 2, 3].map(() => {
      const answer = world.ask('sync.copied.SG1', report);
      world.run(50);
      return answer;
    });
    expect(answers).toEqual([[{ ok: true }], [{ ok: true }], [{ ok: true }]]);
    const copied = world.story('hypersync.SG1').filter((types) => types.includes('SlotsCopied'));
    const before = threeMembers()
      .story('hypersync.SG1')
      .filter((types) => types.includes('SlotsCopied'));
    expect(copied.length - before.length).toBe(1);
  });

  it.each<[string, (version: number) => Record<string, unknown>]>([
    ['a member restarted since', () => ({ incarnation: 9 })],
    ['a source restarted since', () => ({ activeIncarnation: 9 })],
    ['a slot that waits for another', () => ({ member: '1_02' })],
    ['a copy from another member', () => ({ active: '1_02', member: '1_01', slots: [0] })],
    ['a copy begun before the member was chosen', (version) => ({ version: version - 1 })],
  ])('answers a report of %s and passes nothing on', (_what, change) => {
    const world = threeMembers();
    world.lose('1_02');
    const before = world.story('hypersync.SG1').length;
    const answers = world.ask('sync.copied.SG1', { ...world.dueReport(), ...change(world.group.version) });
    world.run(50);
    expect(answers).toEqual([{ ok: true }]);
    expect(world.story('hypersync.SG1')).toHaveLength(before);
  });

  it('says what is wrong with a report it cannot read', () => {
    const world = threeMembers();
    const answers = [
      world.ask('sync.copied.SG1', { member: '1_01' }),
      world.ask('sync.copied.SG1', 'not JSON'),
      world.ask('sync.progress.SG1', { member: '1_01', incarnation: 1, connections: 1.5, total: 2 }),
    ];
    world.run(50);
    for (const [answer] of answers)
      expect(answer).toMatchObject({ ok: false, reason: expect.stringMatching(/^expected \{member, incarnation/) });
  });

  it('adds up the progress of members and records it in steps', () => {
    const world = threeMembers();
    world.lose('1_02');
    const before = world.story('hypersync.SG1').length;
    const tell = (member: string, connections: number): void => {
      world.ask('sync.progress.SG1', { member, incarnation: 1, connections, total: 500 });
      world.run(10);
    };
    tell('1_01', 100);
    tell('1_03', 100);
    tell('1_03', 120);
    tell('1_03', 170);
    tell('1_01', 400);
    expect(world.story('hypersync.SG1').slice(before)).toEqual([['IteratorProgress'], ['IteratorProgress']]);
    expect(world.status()).toMatchObject({ body: { iterator: { percent: 57 } } });
  });

  it('begins to add up anew with each run', () => {
    const world = threeMembers();
    world.lose('1_02');
    world.ask('sync.progress.SG1', { member: '1_01', incarnation: 1, connections: 400, total: 500 });
    world.run(10);
    world.join('1_02', 2);
    world.ask('sync.progress.SG1', { member: '1_03', incarnation: 1, connections: 100, total: 500 });
    world.run(10);
    expect(world.status()).toMatchObject({ body: { iterator: { status: 'running', reason: 'joined', percent: 0 } } });
  });

  it('says how long a run has been going on', () => {
    const world = threeMembers();
    world.lose('1_02');
    world.run(1_195);
    expect(world.status()).toMatchObject({ body: { iterator: { status: 'running', runningMs: 1_200 } } });
  });

  it('goes on after a restart with what was due', () => {
    const world = threeMembers();
    world.lose('1_02');
    world.ask('sync.copied.SG1', world.dueReport());
    world.restartSync();
    world.run(2_000);
    world.copyAll();
    expect(exposedSlots(world.group.state)).toEqual([]);
    expect(world.status()).toMatchObject({ body: { iterator: { status: 'finished' }, slotsExposed: 0 } });
  });

  it('stops for good when the table it folds is not the one that was decided', () => {
    const world = threeMembers();
    const bytes = world.store.commits().find((stored) => stored.stream === 'security-group.SG1')?.bytes as Uint8Array;
    const forged = new TextDecoder().decode(bytes).replace(/"tableHash":"./, '"tableHash":"x');
    bytes.set(new TextEncoder().encode(forged));
    world.restartSync();
    expect(world.fatals[0]).toBe('table_differs');
  });

  it('knows no other command', () => {
    const replies: unknown[] = [];
    new SmallWorld().sync.command({ id: 'a', name: 'promote', args: {} }, (reply) => replies.push(reply));
    expect(replies).toEqual([{ ok: false, reason: 'the sync coordinator knows the command status, not promote' }]);
  });
});
