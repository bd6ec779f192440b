import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { FAULT_ARGS } from './fault-args.js';
import { withFaultPage } from './fault-page.js';
import { applyFault, FAULT_KINDS, faultProblem, FAULTS, worldProblem } from './table.js';

const PAGE = fileURLToPath(new URL('../../../../../docs/faults.md', import.meta.url));

describe('the table of faults', () => {
  it.each(FAULT_KINDS)('%s: takes what it needs and what only a simulation can do, from the one list', (kind) => {
    const { takes, requires, onlySimulated, on, about, live, simulated, mayLose } = FAULTS[kind];
    expect(Object.keys(FAULT_ARGS)).toEqual(expect.arrayContaining([...takes]));
    expect(takes).toEqual(expect.arrayContaining([...requires, ...onlySimulated]));
    expect(on.length).toBeGreaterThan(0);
    for (const words of [about, live, simulated, mayLose]) expect(words).toMatch(/^\S.*[^.]$/s);
  });

  it('uses every argument of the list', () => {
    const used = new Set(FAULT_KINDS.flatMap((kind) => [...FAULTS[kind].takes]));
    expect([...used].sort()).toEqual(Object.keys(FAULT_ARGS).sort());
  });

  it('says what is wrong with words, and what to do', () => {
    expect(faultProblem('panic', ['rebootAfterMs'], false)).toBeUndefined();
    expect(faultProblem('panic', ['cut'], false)).toEqual({
      message: '--cut is nothing for panic',
      remedy: 'It takes --reboot-after-ms.',
    });
    expect(faultProblem('cpu', ['forMs'], false)?.message).toBe('cpu needs --busy-us-per-packet');
    expect(faultProblem('kill', [], true)?.message).toBe('kill has one target');
    expect(faultProblem('link', ['cut'], true)).toBeUndefined();
  });

  it('knows what only a simulation can do', () => {
    expect(worldProblem('link', ['lossPerMillion'], 'processes')).toMatch(/--loss-per-million can only be simulated/);
    expect(worldProblem('link', ['lossPerMillion'], 'simulated')).toBeUndefined();
    expect(worldProblem('link', ['delayMs'], 'processes')).toBeUndefined();
  });

  it('refuses before anything is done to the lab', async () => {
    const lab = { world: 'processes' } as Lab;
    const bus = { role: 'bus', id: 'bus' } as const;
    const member = { role: 'member', id: '1_03' } as const;
    await expect(applyFault(lab, 'panic', { target: bus, to: bus, args: {} })).rejects.toMatchObject({
      kind: 'bad-input',
    });
    const lossy = { target: member, to: bus, args: { lossPerMillion: 1 } };
    await expect(applyFault(lab, 'link', lossy)).rejects.toMatchObject({ kind: 'environment' });
    await expect(applyFault(lab, 'link', { target: member, to: bus, args: {} })).rejects.toThrow(/Nothing is said/);
  });

  it('gives whoever is told something as long to answer as it is called with', async () => {
    const told: unknown[] = [];
    const lab = { world: 'simulated', inflict: async (...words: unknown[]) => void told.push(words) } as unknown as Lab;
    const target = { role: 'member', id: '1_03' } as const;
    await applyFault(lab, 'cpstop', { target, to: target, args: {}, answerWithinMs: 250 });
    await applyFault(lab, 'cpstop', { target, to: target, args: {} });
    const command = { name: 'cpstop', args: {} };
    expect(told).toEqual([
      [target, command, 250],
      [target, command, undefined],
    ]);
  });

  it('is what docs/faults.md says', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page).toBe(withFaultPage(page));
  });
});
