import { describe, expect, it } from '@jest/globals';
import type { CommitLine } from '@rehearsal/runbook';
import { placesOf } from './places.js';

const commit = (ms: number, ...types: string[]): CommitLine =>
  ({
    stream: 'software.SG1',
    time: { ms },
    events: types.map((words) => {
      const [type, appliance] = words.split(' ');
      return { type, appliance, kind: 'install', to: { release: 'R82', take: 0 } };
    }),
  }) as unknown as CommitLine;

const found = (...commits: CommitLine[]) =>
  placesOf(commits, 1_000, 1_500, 9_000).map(({ atMs, installs }) => [atMs, ...installs].join(' '));

describe('the places of a procedure', () => {
  it('are after what moves it on, between its beginning and its end', () => {
    expect(found(commit(1_400, 'StepDone'), commit(2_000, 'StepDone'), commit(3_000, 'SlotsMoved'))).toEqual(['1001']);
    expect(found(commit(9_001, 'StepDone'))).toEqual([]);
  });

  it('are one where decisions are near to one another, unless work begins there', () => {
    expect(found(commit(2_000, 'StepDone'), commit(2_019, 'AdminSet'), commit(2_020, 'AdminSet'))).toEqual([
      '1001',
      '1021',
    ]);
    expect(found(commit(2_000, 'StepDone'), commit(2_019, 'WorkBegun 1_03'))).toEqual(['1001', '1020']);
  });

  it('name those who are installed together', () => {
    expect(found(commit(2_000, 'WorkBegun 1_03', 'WorkBegun 1_04'))).toEqual(['1001 1_03 1_04']);
    expect(found(commit(2_000, 'StepBegun'), commit(2_000, 'WorkBegun 1_03', 'WorkBegun 1_04'))).toEqual([
      '1001 1_03 1_04',
    ]);
    expect(found(commit(2_000, 'WorkBegun 1_03'))).toEqual(['1001']);
  });
});
