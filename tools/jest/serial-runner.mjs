import { createRequire } from 'node:module';

/** @type {typeof import('jest-runner')} */
const { default: TestRunner } = createRequire(import.meta.url)('jest-runner');

/** Runs the spec files of a project one after the other, in the process that started Jest. */
export default class SerialRunner extends TestRunner {
  /** @override */
  isSerial = true;
}
