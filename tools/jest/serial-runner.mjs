import runner from 'jest-runner';

/** Runs the spec files of a project one after the other, in the process that started Jest. */
export default class SerialRunner extends runner.default {
  /** @override */
  isSerial = true;
}
