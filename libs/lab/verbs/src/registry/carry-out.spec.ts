import { describe, expect, it } from '@jest/globals';
import { type Lab, type Target, LabError } from '@rehearsal/lab-port';
import { carryOut, commandChecker, performerOn } from './carry-out.js';
import { findVerb } from './registry.js';
import type { LabAtHand, Services, VerbContext } from './verb.js';

const services = {} as Services;
const context: Omit<VerbContext, 'lab'> = {
  services,
  set: { settings: {}, words: [] },
  runsFolder: 'runs',
  say: () => {},
};

/** A lab that writes down what is done to it. */
function fakeLab(world: Lab['world'] = 'simulated'): { at: LabAtHand; done: string[] } {
  const done: string[] = [];
  const targets: Target[] = [
    { role: 'member', id: '1_03' },
    { role: 'orchestrator', id: '1_1' },
    { role: 'bus', id: 'bus' },
  ];
  const lab = {
    world,
    targets,
    plan: { roles: targets.slice(0, 2) },
    nowMs: () => 5000,
    kill: async (t: Target, o: object = {}) => void done.push(`kill ${t.id} ${JSON.stringify(o)}`),
    hang: async (t: Target) => void done.push(`hang ${t.id}`),
    resume: async (t: Target) => void done.push(`resume ${t.id}`),
    restart: async (t: Target) => void done.push(`restart ${t.id}`),
    link: async (a: Target, b: Target, s: object) => void done.push(`link ${a.id} ${b.id} ${JSON.stringify(s)}`),
    limitLog: async (room: number | null) => void done.push(`limit ${room}`),
    inflict: async (t: Target, command: object) => void done.push(`inflict ${t.id} ${JSON.stringify(command)}`),
    probe: async (name: string, args: object) => ({ name, value: 3, atMs: 5000, args }),
    waitUntil: async (wait: object) => {
      done.push(JSON.stringify(wait));
      throw new LabError('deviated', 'It is 3.', 'Wait longer.');
    },
  } as unknown as Lab;
  const beforeFault = async (fault: string): Promise<void> => void done.push(`before ${fault}`);
  return { at: { lab, name: 'branch', run: 'r', beforeFault }, done };
}

describe('a command line on a lab', () => {
  it.each([
    ['fault panic 1_03', ['before panic member 1_03', 'kill 1_03 {}']],
    ['fault panic 1_03 --reboot-after-ms 100', ['before panic member 1_03', 'kill 1_03 {"rebootAfterMs":100}']],
    ['fault kill 1_03', ['before kill member 1_03', 'kill 1_03 {"rebootAfterMs":null}']],
    ['fault hang 1_1', ['before hang orchestrator 1_1', 'hang 1_1']],
    ['fault resume 1_1', ['resume 1_1']],
    ['fault restart 1_1', ['before restart orchestrator 1_1', 'restart 1_1']],
    [
      'fault link 1_1 1_03 --cut --one-way',
      ['before link orchestrator 1_1', 'link 1_1 1_03 {"cut":true,"bothWays":false}'],
    ],
    ['fault link 1_1 --delay-ms 5', ['before link orchestrator 1_1', 'link 1_1 bus {"delayMs":5}']],
    ['fault mend 1_1', ['link 1_1 bus {}']],
    [
      'fault bus-slow bus --rate-kbps 9',
      ['before bus-slow bus', 'link 1_03 bus {"rateKbps":9}', 'link 1_1 bus {"rateKbps":9}'],
    ],
    ['fault mend bus', ['link 1_03 bus {}', 'link 1_1 bus {}']],
    ['fault disk-full bus', ['before disk-full bus', 'limit 0']],
    ['fault disk-free bus', ['limit null']],
    [
      'fault pnote 1_03 --pnote fwd --report problem',
      ['before pnote member 1_03', 'inflict 1_03 {"name":"pnote","args":{"name":"fwd","state":"problem"}}'],
    ],
  ])('%s', async (line, expected) => {
    const { at, done } = fakeLab();
    const outcome = await performerOn(at, context)(line.split(' '), undefined);
    expect(outcome.status).toBe(0);
    expect(done).toEqual(expected);
  });

  it.each([
    ['fault panic 1_09', 2, /There is no '1_09' in this fabric/],
    ['fault link 1_1', 2, /Nothing is said to be wrong with the link of orchestrator 1_1 to bus/],
    ['fault hang 1_1 1_03', 2, /hang has one target/],
    ['fault hang 1_1 --cut', 2, /--cut is nothing for hang/],
    ['fault admin 1_03', 2, /admin needs --state/],
    ['fault bus-slow 1_1 --delay-ms 3', 2, /cannot be done to orchestrator 1_1.*done to: bus/],
    ['wait members-active --equals 4', 1, /It is 3/],
    ['wait members-active', 2, /nothing to wait for/],
    ['probe members-active --equals 4 --at-least 2', 2, /More than one/],
  ])('%s ends with exit code %i', async (line, status, message) => {
    const { at } = fakeLab();
    const outcome = await performerOn(at, context)(line.split(' '), undefined);
    expect(outcome.status).toBe(status);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(message);
  });

  it.each([
    ['--equals 3', 0],
    ['--equals 4', 1],
    ['--at-least 3', 0],
    ['--at-least 4', 1],
    ['--at-most 3', 0],
    ['--at-most 2', 1],
    ['', 0],
  ])('probe %s ends with exit code %i when it sees 3', async (condition, status) => {
    const { at } = fakeLab();
    const words = ['probe', 'members-active', ...condition.split(' ').filter((w) => w !== '')];
    expect((await performerOn(at, context)(words, undefined)).status).toBe(status);
  });

  it('does to real processes what can be done to them, and ends with exit code 3 where only a simulation can', async () => {
    const { at, done } = fakeLab('processes');
    const line = 'fault link 1_03 bus --loss-per-million 5';
    const outcome = await performerOn(at, context)(line.split(' '), undefined);
    expect([outcome.status, done]).toEqual([3, []]);
    expect(outcome.stderr).toMatch(/link --loss-per-million can only be simulated.*--sim/);
  });

  it('gives one JSON document with --json, also of what went wrong', async () => {
    const { at } = fakeLab();
    const good = await performerOn(at, context)(['probe', 'members-active', '--json'], undefined);
    expect(JSON.parse(good.stdout)).toMatchObject({ name: 'members-active', value: 3, fits: null });
    const bad = await performerOn(at, context)(['fault', 'panic', '1_09', '--json'], undefined);
    expect(JSON.parse(bad.stdout)).toMatchObject({ error: { kind: 'bad-input', exitCode: 2 } });
  });

  it('is judged without a lab: what an experiment may say, and what not', async () => {
    const check = await commandChecker();
    expect(check(['fault', 'panic', '1_03'])).toBeUndefined();
    expect(check(['fault', 'panics', '1_03'])?.remedy).toMatch(/rehearse fault --help/);
    expect(check(['fault', 'kill', '1_03', '--cut'])?.message).toMatch(/--cut is nothing for kill/);
    expect(check(['flt'])?.message).toBe("There is no verb 'flt'.");
    expect(check(['demo'])?.message).toBe("'demo' is nothing for an experiment.");
  });
});

describe('settings', () => {
  it('are listed as a run would get them, and refused with exit code 2', async () => {
    const verb = (await findVerb(['settings']).entry.load()).default;
    const good = await carryOut(verb, ['--set', 'lease.ms=200', '--json'], context);
    const { settings } = JSON.parse(good.stdout) as { settings: { name: string; value: unknown }[] };
    expect(settings.find((s) => s.name === 'lease.ms')).toMatchObject({ value: 200 });
    const bad = await carryOut(verb, ['--set', 'lease.msec=200'], context);
    expect(bad.status).toBe(2);
    expect(bad.stderr).toMatch(/the nearest is "lease.ms"/);
  });
});
