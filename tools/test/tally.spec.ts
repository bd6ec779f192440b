import { describe, expect, it } from '@jest/globals';
import { tally } from './tally.mjs';

const jest = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};
const checks = [
  { name: 'lint', passed: true },
  { name: 'types', passed: false },
];

describe('the closing line of a test run', () => {
  it('adds the checks to the tests', () => {
    expect(tally(checks, jest, true, false)).toEqual({ passed: 8, failed: 1, remarks: [] });
  });

  it('counts a spec file that could not be loaded as a failure', () => {
    const broken = { ...jest, numRuntimeErrorTestSuites: 2 };
    expect(tally([], broken, false, false)).toEqual({ passed: 7, failed: 2, remarks: [] });
  });

  it('counts skipped tests as failed, unless arguments chose the tests', () => {
    const skipping = { ...jest, numPendingTests: 1, numTodoTests: 1 };
    expect(tally([], skipping, true, false)).toEqual({
      passed: 7,
      failed: 2,
      remarks: ['2 tests were skipped; a skipped test counts as failed'],
    });
    expect(tally([], skipping, true, true)).toEqual({ passed: 7, failed: 0, remarks: [] });
  });

  it('fails when Jest died, with or without a result', () => {
    const remarks = ['Jest ended with an error although no test failed'];
    expect(tally([], jest, false, false)).toEqual({ passed: 7, failed: 1, remarks });
    expect(tally(checks, undefined, false, false)).toEqual({ passed: 1, failed: 2, remarks });
  });
});
