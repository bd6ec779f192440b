import { describe, expect, it } from '@jest/globals';
import type { FaultArgs, FaultKind } from '@rehearsal/lab-port';
import { mendOfLate } from './came-late.js';

/** What mends a step that a member did not answer, by the state and the devices it shows now. */
function mended(fault: FaultKind, args: FaultArgs, state: string, disk = 'ok') {
  const pnotes = [{ name: 'disk', state: disk, timeoutSec: 0 }];
  const mend = mendOfLate({ atMs: 7, fault, target: 'member 1_03', args }, { state, detail: { pnotes } });
  return mend === undefined ? 'nothing' : [mend.target, mend.fault, mend.args];
}

describe('what a member did not answer and did all the same', () => {
  const problem = { pnote: 'disk', report: 'problem' } as const;

  it('is mended', () => {
    expect([
      mended('admin', { state: 'down' }, 'DOWN'),
      mended('cpstop', {}, 'HA module not started.'),
      mended('pnote', problem, 'DOWN', 'problem'),
    ]).toEqual([
      ['member 1_03', 'admin', { state: 'up' }],
      ['member 1_03', 'cpstart', {}],
      ['member 1_03', 'pnote', { pnote: 'disk', report: 'ok' }],
    ]);
  });

  it('is left alone where it does not show, ends by itself or is what mends', () => {
    expect([
      mended('admin', { state: 'down' }, 'ACTIVE'),
      mended('admin', { state: 'up' }, 'DOWN'),
      mended('cpstop', {}, 'DOWN'),
      mended('pnote', problem, 'DOWN'),
      mended('pnote', { ...problem, pnote: 'fwd' }, 'DOWN', 'problem'),
      mended('fwk-crash', {}, 'DOWN'),
      mended('cpstart', {}, 'HA module not started.'),
    ]).toEqual(Array.from({ length: 7 }, () => 'nothing'));
  });
});
