import { describe, expect, it } from '@jest/globals';
import { tableForDataplane, tableMismatch } from '../views.js';
import { settled, silent } from '../testing/group.js';
import { tableHash } from './hash.js';

const one = { active: [1], backup: [2], joining: [3], epoch: [4], joiningSince: [5] };

describe('tableHash', () => {
  it('is the SHA-256 of three little-endian words a slot', () => {
    // printf '\x01\x08\x30\x00\x04\x00\x00\x00\x05\x00\x00\x00' | sha256sum
    expect(tableHash(one)).toBe('d076f8a499620cc003d97a628887f44cb3a87a162a72c727c4c8f0b83fc8b5aa');
  });

  it.each(['active', 'backup', 'joining', 'epoch', 'joiningSince'] as const)('changes with %s', (field) => {
    expect(tableHash({ ...one, [field]: [9] })).not.toBe(tableHash(one));
  });
});

describe('tableMismatch', () => {
  it('finds a table that is not the one the commit led to', () => {
    const group = settled(3, 6);
    const events = group.tell(silent('1_01'));
    expect(tableMismatch(group.state, events)).toBeUndefined();
    const wrong = { ...group.state, backup: [0, ...group.state.backup.slice(1)] };
    expect(tableMismatch(wrong, events)).toEqual({ expected: tableHash(group.state), seen: tableHash(wrong) });
    expect(tableMismatch(wrong, [])).toBeUndefined();
  });
});

describe('tableForDataplane', () => {
  it('copies the table, with incarnations by member number', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    const table = tableForDataplane(group.state);
    expect(table).toEqual({
      version: 8,
      spreadSince: 0,
      active: Int32Array.from([3, 2, 2, 3, 3, 2]),
      backup: Int32Array.from([2, 3, 0, 0, 0, 0]),
      joining: Int32Array.from([0, 0, 3, 2, 2, 3]),
      epoch: Int32Array.from([6, 4, 4, 7, 8, 8]),
      joiningSince: Int32Array.from([0, 0, 8, 8, 8, 8]),
      incarnation: Float64Array.from([0, 0, 1, 1]),
    });
  });
});
