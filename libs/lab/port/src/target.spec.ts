import { describe, expect, it } from '@jest/globals';
import { findTarget, targetName, type Target } from './target.js';

const known: Target[] = [
  { role: 'sync', id: '1' },
  { role: 'orchestrator', id: '1_1' },
  { role: 'member', id: '1_01' },
  { role: 'member', id: '1_03' },
  { role: 'outside-world', id: 'outside' },
  { role: 'bus', id: 'bus' },
];

describe('the name of a process', () => {
  it.each([
    ['1_03', 'member 1_03'],
    ['member 1_03', 'member 1_03'],
    [' sgm  1_01 ', 'member 1_01'],
    ['mho 1_1', 'orchestrator 1_1'],
    ['1_1', 'orchestrator 1_1'],
    ['sync', 'sync 1'],
    ['traffic', 'outside-world outside'],
    ['bus', 'bus'],
    ['bus bus', 'bus'],
  ])('%j is %s', (text, name) => {
    expect(targetName(findTarget(text, known))).toBe(name);
  });

  it.each([
    ['1:1_03', 'member 1_03'],
    ['member 1:1_03', 'member 1_03'],
  ])('%j, with the site in front, is %s', (text, name) => {
    expect(targetName(findTarget(text, known))).toBe(name);
  });

  it.each(['9:1_03', '2:1_03'])('%j is at another site, and says where that one is', (text) => {
    expect(() => findTarget(text, known)).toThrow(`There is no '${text}' in this fabric. Say 1_03, or 1:1_03.`);
  });

  it.each(['1_04', 'member 1_1', 'mho', '', 'toString', 'member 1_03 now'])(
    '%j is none, and says what there is',
    (text) => {
      expect(() => findTarget(text, known)).toThrow(
        `There is no '${text}' in this fabric. Name one of: sync 1, orchestrator 1_1, member 1_01, member 1_03, outside-world outside, bus.`,
      );
    },
  );
});
