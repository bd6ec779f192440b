/**
 * @typedef {{name: string, passed: boolean}} Check
 * @typedef {{numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, numRuntimeErrorTestSuites: number}} JestResult
 */

/**
 * Adds up the checks and what Jest reported. A spec file that could not be loaded counts as one failure, and so does
 * a skipped test, unless the tests were selected by arguments. A Jest that ends badly is never a pass.
 *
 * @param {Check[]} checks
 * @param {JestResult | undefined} jest undefined when Jest wrote no result
 * @param {boolean} jestExitedCleanly
 * @param {boolean} selected whether arguments chose which tests to run
 * @returns {{passed: number, failed: number, remarks: string[]}}
 */
export function tally(checks, jest, jestExitedCleanly, selected) {
  const remarks = [];
  let passed = checks.filter((c) => c.passed).length;
  let failed = checks.length - passed;
  if (jest) {
    const skipped = selected ? 0 : jest.numPendingTests + jest.numTodoTests;
    if (skipped > 0) remarks.push(`${skipped} tests were skipped; a skipped test counts as failed`);
    passed += jest.numPassedTests;
    failed += jest.numFailedTests + jest.numRuntimeErrorTestSuites + skipped;
  }
  if (!jestExitedCleanly && failed === checks.filter((c) => !c.passed).length) {
    remarks.push('Jest ended with an error although no test failed');
    failed += 1;
  }
  return { passed, failed, remarks };
}
