import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LabError } from '@rehearsal/lab-port';
import * as fc from 'fast-check';
import { textOf } from '../text/line.js';
import { fabricView, softwareView } from '../testing/view.js';
import { carryOutCommand, searchFilter } from './carry-out.js';
import type { Answers, HereRole } from './command.js';
import { completions } from './complete.js';
import { GRAMMAR } from './grammar.js';
import { readMembers } from './member-set.js';
import { withGrammarTable } from './page.js';
import { isShownAgain, readCommand, wordsOf } from './parse-command.js';
import { WRAPPERS } from './wrappers.js';

const root = join(import.meta.dirname, '..', '..', '..', '..', '..');
const run = (line: string, answers: Answers = {}, moment: 'live' | 'recorded' = 'live', id = '1_01') =>
  carryOutCommand(readCommand(wordsOf(line), 'member'), {
    view: fabricView({ moment }),
    here: { role: 'member', id },
    found: null,
    answers,
  });
const text = (line: string): string => textOf(run(line).page, false);

describe('the grammar', () => {
  it.each([
    ['asg sta', "Did you mean 'asg stat'?"],
    ['cphaprob sate', "Did you mean 'cphaprob state'?"],
    ['asg stat -w', 'Did you mean -v?'],
    ['asg stat -i task', "Did you mean 'tasks'?"],
    ['asg stat -i', 'needs WHAT'],
    ['asg stat now', 'one word too many'],
    ['g_clusterXL_admin down', 'needs -b'],
    ['g_clusterXL_admin -b 1_03 dwn', "Did you mean 'down'?"],
    ['lldpctl', 'not typed at a member'],
    ['g_all', 'needs a command'],
    ['fw ver "x', 'not closed'],
  ])('answers %s with %s', (line, remedy) => {
    expect(() => run(line)).toThrow(remedy);
    expect(() => run(line)).toThrow(LabError);
  });

  it('takes options of cphaprob in front of what it is to do', () => {
    expect(text('cphaprob -l list')).toBe(text('cphaprob list -l'));
    expect(text('cphaprob -a if')).toContain('Required interfaces: 5');
    expect(text('cphaprob -l 3 show_failover')).toContain('last 3 failovers');
  });

  it('reads one member, a range, a list or all', () => {
    const known = ['1_01', '1_02', '1_03', '1_04'];
    expect(readMembers('1_02-1_04', known)).toEqual(['1_02', '1_03', '1_04']);
    expect(readMembers('4,1_01', known)).toEqual(['1_01', '1_04']);
    expect(readMembers('all', known)).toEqual(known);
    expect(() => readMembers('1_05', known)).toThrow("There are no members '1_05'");
    expect(() => readMembers('1_03-1_01', known)).toThrow("There are no members '1_03-1_01'");
  });

  it('reads what asg search looks for, and names the end that makes no sense', () => {
    expect(searchFilter(['10.1.1.5', '*', 'any', '443', 'tcp'])).toEqual({
      src: 0x0a010105,
      srcPort: undefined,
      dst: undefined,
      dstPort: 443,
      proto: 6,
    });
    expect(() => searchFilter(['10.1.1.5', 'x'])).toThrow("expected a source port, saw 'x'");
    expect(() => searchFilter(['10.1.1.555'])).toThrow('expected a source,');
  });

  it('takes a member down only for who is sure, and keeps who and why', () => {
    expect(run('g_clusterXL_admin -b 1_03 down', { sure: 'n' }).act).toBeUndefined();
    const { dialogue = [], act } = run('g_clusterXL_admin -b 1_03 down', { sure: 'y', fullName: 'Lab', why: '' });
    expect(textOf([...dialogue, ...(act?.after ?? [])], false)).toBe(
      `You are about to perform sgm_admin down on blades: 1_03
Are you sure? (Y - yes, any other key - no) y
sgm_admin down requires auditing
Enter your full name: Lab
Enter reason for sgm_admin down [Maintenance]:
WARNING: sgm_admin down on blades: 1_03, User: Lab, Reason: Maintenance
`,
    );
    expect(act).toMatchObject({
      fault: 'admin',
      members: ['1_03'],
      args: { state: 'down', why: 'Maintenance', principal: { name: 'Lab', known: 'asserted' } },
    });
  });

  it('acts on all members that are up under g_all, and on nothing in a finished run', () => {
    expect(run('g_all cpstop').act).toMatchObject({ fault: 'cpstop', members: ['1_01', '1_02', '1_04'] });
    expect(run('g_all -a cpstop').act?.members).toHaveLength(4);
    expect(() => run('cpstop', {}, 'recorded')).toThrow('a moment of a finished run');
  });

  it('has packets spread otherwise, and says what is so already', () => {
    expect(textOf(run('set distribution configuration auto-topology').page, false)).toBe(
      'Distribution mode is auto-topology already\n',
    );
    const said = { fullName: 'Lab', why: 'few servers' };
    expect(run('set distribution configuration manual-general', said, 'live', '1_02').act).toMatchObject({
      fault: 'distribution',
      members: ['1_02'],
      args: {
        distribution: 'manual-general',
        principal: { name: 'Lab', known: 'asserted' },
        why: 'few servers',
      },
    });
    expect(() => run('set distribution configuration manual-general', {}, 'recorded')).toThrow(
      'a moment of a finished run',
    );
  });

  it('sets auto-clone, with who and why where that was said', () => {
    expect(run('set smo image auto-clone state on', {}, 'live', '1_02').act).toEqual({
      fault: 'auto-clone',
      members: ['1_02'],
      args: { state: 'on', principal: { name: 'operator', known: 'asserted' } },
      after: [],
    });
    const said = { fullName: 'Lab', why: 'before the upgrade' };
    expect(run('set smo image auto-clone state off', said).act?.args).toEqual({
      state: 'off',
      principal: { name: 'Lab', known: 'asserted' },
      why: 'before the upgrade',
    });
    expect(() => run('set smo image auto-clone state on', {}, 'recorded')).toThrow('a moment of a finished run');
  });

  it('shows again and again what a terminal shows again and again', () => {
    expect(isShownAgain(wordsOf('asg monitor -v'))).toBe(true);
    expect([wordsOf('asg stat'), []].map(isShownAgain)).toEqual([false, false]);
  });

  it('completes words, options, choices and members', () => {
    expect(completions('asg d', 'member', [])).toEqual(['diag']);
    expect(completions('asg diag ', 'member', [])).toEqual(['list', 'print', 'resume', 'verify', 'verify-upgrade']);
    expect(completions('asg stat -i a', 'member', [])).toEqual(['active_ids', 'all_ids']);
    expect(completions('g_clusterXL_admin -b 1_0', 'member', ['1_01', '1_02'])).toEqual(['1_01', '1_02']);
    expect(completions('g_all fw v', 'member', [])).toEqual(['ver']);
    expect(completions('l', 'orchestrator', [])).toEqual(['lldpctl', 'lldpneighbors']);
  });

  it('shows every reading command for any member, at any moment, without a number of its own', () => {
    for (const row of GRAMMAR.filter((r) => r.effect === 'read' && !WRAPPERS.includes(r) && r.on.includes('member'))) {
      const words = `${row.words}${row.words === 'ntpq' ? ' -p' : ''}${row.places?.choices === undefined ? '' : ` ${row.places.choices[0]}`}`;
      for (const id of ['1_01', '1_03']) {
        expect(() => run(words, {}, 'live', id)).not.toThrow();
        expect(textOf(run(words, {}, 'recorded', id).page, false)).not.toMatch(/undefined|NaN|null/);
      }
    }
  });

  it('never breaks on words that make no sense', () => {
    const words = [...new Set(GRAMMAR.flatMap((r) => [...r.words.split(' '), ...r.options.map((o) => o.flag)]))];
    const word = fc.oneof(fc.constantFrom(...words, 'tasks', '1_03', 'up', '*'), fc.string({ maxLength: 8 }));
    const roles = fc.constantFrom<HereRole>('member', 'orchestrator');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), roles, (line, role) => {
        try {
          const read = readCommand(line, role);
          const here = { role, id: role === 'member' ? '1_02' : '1_1' };
          carryOutCommand(read, { view: fabricView({ software: softwareView() }), here, found: [], answers: {} });
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
        }
        completions(line.join(' '), role, ['1_01']);
      }),
      { numRuns: 2000 },
    );
  });

  it('stands in docs/operator.md as it is', () => {
    // When this fails: node libs/lab/verbs/dist/write-docs.js docs
    const page = readFileSync(join(root, 'docs', 'operator.md'), 'utf8');
    expect(withGrammarTable(page)).toBe(page);
    const fidelity = readFileSync(join(root, 'docs', 'fidelity.md'), 'utf8');
    expect(GRAMMAR.map((r) => r.fidelity).filter((id) => !fidelity.includes(`| ${id} |`))).toEqual([]);
  });
});
